package dev.agentgate.workorder;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * One attempt at a work order, in detail.
 *
 * @param attempt 1 for the order's first
 * @param pid of the process that leads the run's session, once it was started
 * @param startedAt when its slot was taken
 */
public record Run(
    RunId id,
    WorkOrderId workOrderId,
    int attempt,
    OptionalLong pid,
    Instant startedAt,
    RunState state) {

  /** A run whose workspace is being prepared. */
  public static Run preparing(RunId id, WorkOrderId workOrderId, int attempt, Instant now) {
    return new Run(id, workOrderId, attempt, OptionalLong.empty(), now, new RunState.Preparing());
  }

  /** Its process was started. */
  public Run running(long pid) {
    return new Run(
        id, workOrderId, attempt, OptionalLong.of(pid), startedAt, new RunState.Running());
  }

  /** It is over. */
  public Run ended(RunState.Ended end) {
    return new Run(id, workOrderId, attempt, pid, startedAt, end);
  }
}
