package dev.agentgate.queue;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.Execution;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrderSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for the end of an agent and enforces its deadlines. For use by one thread. */
final class RunWatch {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /** How often the cost of a run is compared with what it may cost. */
  private static final Duration COST_WAIT = Duration.ofSeconds(1);

  /** A run that ends within this time is not noted as running. */
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);

  private static final Duration SHORTEST_WAIT = Duration.ofMillis(5);

  private final Execution execution;
  private final RunLimits limits;
  private final Optional<BigDecimal> maxCostUsd;
  private final EndRequests requests;
  private final Patience patience;
  private final Consumer<EndCause> stop;
  private final Consumer<AgentReport> reported;

  /**
   * @param stop stops the run's processes after a request to end it
   * @param reported receives what the agent has said about its work, from time to time
   */
  RunWatch(
      Execution execution,
      WorkOrderSpec spec,
      EndRequests requests,
      Patience patience,
      Consumer<EndCause> stop,
      Consumer<AgentReport> reported) {
    this.execution = execution;
    this.limits = spec.limits();
    this.maxCostUsd = spec.choices().maxCostUsd();
    this.requests = requests;
    this.patience = patience;
    this.stop = stop;
    this.reported = reported;
  }

  /** Waits until the agent has ended; returns its outcome. */
  RunOutcome awaitOutcome() throws InterruptedException {
    Duration wait = FIRST_WAIT;
    while (true) {
      try {
        Optional<RunOutcome> outcome = execution.awaitEnd(wait);
        if (outcome.isPresent()) {
          return outcome.get();
        }
        AgentReport report = execution.report();
        reported.accept(report);
        wait = Collections.max(List.of(SHORTEST_WAIT, keepDeadlines(report.usage())));
      } catch (CannotTellException e) {
        // This proves neither that the agent ended nor that its time is up.
        patience.lookAgainAfter(e);
        wait = SHORTEST_WAIT;
      }
    }
  }

  /**
   * Requests the end of the run if a deadline has passed, or if it costs too much.
   *
   * @param used what the run has used so far
   * @return how long nothing has to be done
   */
  private Duration keepDeadlines(Usage used) {
    Optional<EndCause> asked = requests.strongest();
    if (asked.isPresent()) {
      // The caller that made the request stops the processes; this covers the case that it did not.
      stop.accept(asked.get());
      return Patience.BETWEEN_TRIES;
    }
    Duration left = limits.maxTime().minus(execution.age());
    Duration idleLeft =
        limits.idleTimeout().map(limit -> limit.minus(execution.silence())).orElse(LONGEST_WAIT);
    if (!left.isPositive()) {
      requests.add(EndCause.TIMEOUT);
    } else if (!idleLeft.isPositive()) {
      requests.add(EndCause.IDLE_TIMEOUT);
    }
    if (isTooExpensive(used)) {
      requests.add(EndCause.BUDGET_EXCEEDED);
    }
    Duration longest = maxCostUsd.isPresent() ? COST_WAIT : LONGEST_WAIT;
    return Collections.min(List.of(longest, left, idleLeft));
  }

  private boolean isTooExpensive(Usage used) {
    return maxCostUsd.isPresent()
        && used.costUsd().filter(cost -> cost.compareTo(maxCostUsd.get()) > 0).isPresent();
  }
}
