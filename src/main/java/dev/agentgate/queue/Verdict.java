package dev.agentgate.queue;

import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.NotStartedException;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workorder.RetryPolicy;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides what the end of a run means for the run and for its order. Pure. */
final class Verdict {
  private Verdict() {}

  /**
   * Decides the outcome of a run that was asked to end: the request takes precedence over how the
   * agent ended.
   *
   * @param cause why the run was asked to end
   * @param at when it ended
   * @param exit how the agent ended; empty if that is not known
   */
  static RunOutcome of(EndCause cause, Instant at, Optional<ExitStatus> exit, WorkOrderSpec spec) {
    return switch (cause) {
      case CANCEL -> new RunOutcome.Cancelled(at, exit);
      case KILL -> new RunOutcome.Failed(at, FailureReason.KILLED, "Force killed by user", exit);
      case TIMEOUT -> new RunOutcome.Failed(at, FailureReason.TIMEOUT, "Execution timed out", exit);
      case IDLE_TIMEOUT ->
          new RunOutcome.Failed(
              at,
              FailureReason.IDLE_TIMEOUT,
              "No output for "
                  + spec.limits().idleTimeout().orElse(Duration.ZERO).toMillis()
                  + " ms",
              exit);
      case BUDGET_EXCEEDED ->
          new RunOutcome.Failed(
              at,
              FailureReason.BUDGET_EXCEEDED,
              "The run cost more than the allowed "
                  + spec.choices().maxCostUsd().map(BigDecimal::toPlainString).orElse("0")
                  + " US dollars",
              exit);
      // An agent that is stopped may well exit with 0, although its work is not done.
      case INTERRUPT -> RunOutcome.interrupted(at, exit);
    };
  }

  /**
   * Decides the outcome of a run that this instance stopped because it could not renew its lease.
   *
   * @param at when it ended
   */
  static RunOutcome ofLostLease(Instant at, Optional<ExitStatus> exit) {
    return new RunOutcome.Failed(
        at,
        FailureReason.LOST,
        "The run was stopped because its instance could not renew its lease",
        exit);
  }

  /**
   * Decides the outcome of a run whose agent was not started.
   *
   * @param at when that was clear
   */
  static RunOutcome ofNotStarted(NotStartedException failure, Instant at) {
    String error = String.valueOf(failure.getMessage());
    return switch (failure.why()) {
      case WORKSPACE -> RunOutcome.notStarted(at, FailureReason.WORKSPACE_FAILED, error);
      case COMMAND -> RunOutcome.notStarted(at, FailureReason.SPAWN_FAILED, error);
      case DISK -> RunOutcome.notStarted(at, FailureReason.DISK_FULL, error);
      case ABANDONED -> RunOutcome.interrupted(at, Optional.empty());
      case ROOM ->
          new RunOutcome.Interrupted(
              at,
              "The machine had no descriptors, processes or memory left to start the agent",
              Optional.empty());
    };
  }

  /**
   * Decides the outcome of a run that ended by itself and whose agent has said how its work ended.
   * The agent's word explains a failure, and it turns an exit with code 0 into a failure if the
   * agent could not do its work at all. It never turns a failure into a success, because output can
   * be forged.
   *
   * @param outcome how the process ended
   */
  static RunOutcome of(AgentVerdict verdict, RunOutcome outcome) {
    return verdict instanceof AgentVerdict.Failed failed && isAgentsOwnEnd(outcome)
        ? explained(failed, outcome)
        : outcome;
  }

  /** Whether the agent itself may have ended the run, as far as its exit status tells. */
  private static boolean isAgentsOwnEnd(RunOutcome outcome) {
    return outcome instanceof RunOutcome.Completed
        || outcome
            .failureReason()
            // Some agents exit with codes that look like signals.
            .filter(why -> why == FailureReason.EXIT_CODE || why == FailureReason.SIGNAL)
            .isPresent();
  }

  private static RunOutcome explained(AgentVerdict.Failed failed, RunOutcome outcome) {
    Instant at = outcome.at();
    Optional<ExitStatus> exit = outcome.exit();
    String error = failed.message();
    return switch (failed.failure()) {
      case USAGE_LIMIT ->
          new RunOutcome.Limited(at, error, failed.until().filter(at::isBefore), exit);
      case AGENT_AUTH -> new RunOutcome.Failed(at, FailureReason.AGENT_AUTH, error, exit);
      case AGENT_UNAVAILABLE ->
          new RunOutcome.Failed(at, FailureReason.AGENT_UNAVAILABLE, error, exit);
      case MAX_ITERATIONS -> new RunOutcome.Failed(at, FailureReason.MAX_ITERATIONS, error, exit);
      case BUDGET_EXCEEDED -> new RunOutcome.Failed(at, FailureReason.BUDGET_EXCEEDED, error, exit);
      case OTHER ->
          outcome instanceof RunOutcome.Completed
              ? outcome
              : new RunOutcome.Failed(at, FailureReason.EXIT_CODE, error, exit);
    };
  }

  /** Applies the outcome to the order, which must be running. */
  static WorkOrder applyTo(WorkOrder order, RunOutcome outcome) {
    return switch (outcome) {
      case RunOutcome.Completed(Instant at, _) -> order.complete(at);
      case RunOutcome.Cancelled(Instant at, _) -> order.cancel(at);
      case RunOutcome.Interrupted(Instant at, _, _) -> order.interrupt(at, resumes(order, true));
      case RunOutcome.Limited(Instant at, _, _, _) -> order.interrupt(at, resumes(order, true));
      case RunOutcome.Failed(Instant at, FailureReason reason, String error, var exit) ->
          RetryPolicy.delayAfter(reason, order.spec().limits(), order.attempts())
              .map(delay -> order.retry(at.plus(delay), at, resumes(order, false)))
              .orElseGet(() -> order.fail(reason, error, exit, at));
    };
  }

  /** Whether the next attempt continues this one. */
  private static boolean resumes(WorkOrder order, boolean otherwise) {
    return order
        .spec()
        .limits()
        .retryMode()
        .map(mode -> mode == RetryMode.RESUME)
        .orElse(otherwise);
  }
}
