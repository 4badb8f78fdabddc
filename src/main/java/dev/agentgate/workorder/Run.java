package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One attempt to execute a work order.
 *
 * @param attempt 1 for the order's first attempt
 * @param instance the instance of the service that has the run's files; empty with the file store
 * @param pid the process that leads the run's session; empty until it is started
 * @param startedAt when the slot was taken
 * @param endRequested why the run was asked to end. It is noted before the processes are stopped,
 *     so that if the service dies in between, the next one still knows the reason: a cancelled
 *     order then neither fails nor is retried
 * @param results as far as they are known
 */
public record Run(
    RunId id,
    WorkOrderId workOrderId,
    int attempt,
    Optional<InstanceId> instance,
    OptionalLong pid,
    Instant startedAt,
    Optional<EndCause> endRequested,
    RunResults results,
    RunState state) {

  /** Creates a run whose workspace is being prepared. */
  public static Run preparing(RunId id, WorkOrderId workOrderId, int attempt, Instant now) {
    return new Run(
        id,
        workOrderId,
        attempt,
        Optional.empty(),
        OptionalLong.empty(),
        now,
        Optional.empty(),
        RunResults.NONE,
        new RunState.Preparing());
  }

  /** Returns this run as one of this instance. */
  public Run at(InstanceId itsInstance) {
    return new Run(
        id,
        workOrderId,
        attempt,
        Optional.of(itsInstance),
        pid,
        startedAt,
        endRequested,
        results,
        state);
  }

  /**
   * Returns this run with its agent started.
   *
   * @param pid empty if it is not known, or no longer known
   */
  public Run running(OptionalLong pid) {
    return new Run(
        id,
        workOrderId,
        attempt,
        instance,
        pid.isPresent() ? pid : this.pid,
        startedAt,
        endRequested,
        results,
        new RunState.Running());
  }

  /** Returns this run with a request to end it. */
  public Run endRequested(EndCause cause) {
    return new Run(
        id, workOrderId, attempt, instance, pid, startedAt, Optional.of(cause), results, state);
  }

  /** Returns this run with more results. */
  public Run with(RunResults newResults) {
    return new Run(
        id, workOrderId, attempt, instance, pid, startedAt, endRequested, newResults, state);
  }

  /** Returns this run with its outcome. */
  public Run ended(RunOutcome outcome) {
    return new Run(
        id,
        workOrderId,
        attempt,
        instance,
        pid,
        startedAt,
        endRequested,
        results,
        new RunState.Ended(outcome));
  }
}
