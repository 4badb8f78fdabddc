package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One attempt at a work order, in detail.
 *
 * @param attempt 1 for the order's first
 * @param pid of the process that leads the run's session, once it was started
 * @param startedAt when its slot was taken
 * @param endRequested why it was asked to end, noted before its processes are stopped: a service
 *     that dies between the first signal and the end leaves to the next one what was meant, so that
 *     a cancelled order does not end as a failed one, or is tried again
 */
public record Run(
    RunId id,
    WorkOrderId workOrderId,
    int attempt,
    OptionalLong pid,
    Instant startedAt,
    Optional<EndCause> endRequested,
    RunState state) {

  /** A run whose workspace is being prepared. */
  public static Run preparing(RunId id, WorkOrderId workOrderId, int attempt, Instant now) {
    return new Run(
        id,
        workOrderId,
        attempt,
        OptionalLong.empty(),
        now,
        Optional.empty(),
        new RunState.Preparing());
  }

  /**
   * Its agent was started.
   *
   * @param pid empty if that is not known (any more)
   */
  public Run running(OptionalLong pid) {
    return new Run(
        id,
        workOrderId,
        attempt,
        pid.isPresent() ? pid : this.pid,
        startedAt,
        endRequested,
        new RunState.Running());
  }

  /** It was asked to end. */
  public Run endRequested(EndCause cause) {
    return new Run(id, workOrderId, attempt, pid, startedAt, Optional.of(cause), state);
  }

  /** It is over. */
  public Run ended(RunOutcome outcome) {
    return new Run(
        id, workOrderId, attempt, pid, startedAt, endRequested, new RunState.Ended(outcome));
  }
}
