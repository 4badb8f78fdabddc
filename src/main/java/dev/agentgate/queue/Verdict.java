package dev.agentgate.queue;

import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RetryPolicy;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the end of a run means for the run and for its order. Pure. */
final class Verdict {
  private Verdict() {}

  /**
   * Decides: what a user or a deadline asked for counts before what the agent made of it.
   *
   * @param cause why the run was made to end
   * @param at when that was done
   * @param exit how the agent ended, then
   */
  static RunOutcome of(EndCause cause, Instant at, Optional<ExitStatus> exit, RunLimits limits) {
    return switch (cause) {
      case CANCEL -> new RunOutcome.Cancelled(at, exit);
      case KILL -> new RunOutcome.Failed(at, FailureReason.KILLED, "Force killed by user", exit);
      case TIMEOUT -> new RunOutcome.Failed(at, FailureReason.TIMEOUT, "Execution timed out", exit);
      case IDLE_TIMEOUT ->
          new RunOutcome.Failed(
              at,
              FailureReason.IDLE_TIMEOUT,
              "No output for " + limits.idleTimeout().orElse(Duration.ZERO).toMillis() + " ms",
              exit);
      // An agent that was told to stop may well exit with 0: that is not the end of its work.
      case INTERRUPT -> RunOutcome.interrupted(at, exit);
    };
  }

  /** What becomes of the order, which is running. */
  static WorkOrder applyTo(WorkOrder order, RunOutcome outcome) {
    return switch (outcome) {
      case RunOutcome.Completed(Instant at, _) -> order.complete(at);
      case RunOutcome.Cancelled(Instant at, _) -> order.cancel(at);
      case RunOutcome.Interrupted(Instant at, _, _) -> order.interrupt(at);
      case RunOutcome.Failed(Instant at, FailureReason reason, String error, var exit) ->
          RetryPolicy.delayAfter(reason, order.spec().limits(), order.attempts())
              .map(delay -> order.retry(at.plus(delay), at))
              .orElseGet(() -> order.fail(reason, error, exit, at));
    };
  }
}
