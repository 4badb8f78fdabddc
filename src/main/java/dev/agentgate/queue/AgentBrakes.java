package dev.agentgate.queue;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.AgentPause.Reason;
import dev.agentgate.workorder.Backoff;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.RunOutcome;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

/**
 * Pauses agents that cannot work at the moment, so that their orders wait instead of failing one
 * after another. Survives a restart. Safe for use by many threads.
 */
public final class AgentBrakes {
  private static final Logger LOG = Logger.getLogger(AgentBrakes.class);

  /** An agent is paused after this many failures in a row for which its provider is to blame. */
  private static final int FAILURES_IN_A_ROW = 3;

  private static final Backoff LIMITED = new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(60));
  private static final Backoff UNAVAILABLE =
      new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(30));

  private final Orders orders;
  private final UnaryOperator<String> credentials;
  private final Clock clock;
  private final Runnable resumed;

  /** The failures in a row of each agent for which its provider is to blame. */
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  /**
   * @param credentials returns a digest of an agent's credential by its type
   * @param resumed called when an agent may start runs again
   */
  AgentBrakes(Orders orders, UnaryOperator<String> credentials, Clock clock, Runnable resumed) {
    this.orders = orders;
    this.credentials = credentials;
    this.clock = clock;
    this.resumed = resumed;
  }

  /** Resumes the agents whose credential was rejected and has been replaced. Call at the start. */
  void recover() {
    AgentPausesNow now = look();
    for (String type : now.noted().keySet()) {
      if (change(type, now, it -> it.noted(type).filter(pause -> !isSolved(type, pause)))) {
        LOG.infof("The credential of %s was replaced, so it is resumed", type);
      }
    }
  }

  private boolean isSolved(String agentType, AgentPause pause) {
    return pause.reason() == Reason.AGENT_AUTH
        && !pause.credential().equals(credentials.apply(agentType));
  }

  /** Returns the pauses as they are now. One look answers for many orders. */
  AgentPausesNow look() {
    return new AgentPausesNow(orders.agentPauses(), clock.instant());
  }

  /** Returns the pause of an agent that is in force now. */
  public Optional<AgentPause> pause(String agentType) {
    return look().inForce(agentType);
  }

  /** Returns all pauses that are in force now, by the type of the agent, sorted. */
  public Map<String, AgentPause> pauses() {
    return look().inForce();
  }

  /** Returns when the next pause ends. */
  Optional<Instant> nextEnd() {
    Instant now = clock.instant();
    return orders.agentPauses().values().stream()
        .flatMap(pause -> pause.until().stream())
        .filter(now::isBefore)
        .min(Instant::compareTo);
  }

  /**
   * Pauses an agent at an operator's request.
   *
   * @param until empty: until it is resumed
   * @throws StoreUnavailableException if the pause cannot be written
   */
  public void pause(String agentType, Optional<Instant> until) {
    orders.setAgentPause(
        agentType,
        Optional.of(
            new AgentPause(Reason.MANUAL, "Paused by an operator", clock.instant(), until, 1, "")));
  }

  /**
   * Resumes an agent.
   *
   * @throws StoreUnavailableException if that cannot be written
   */
  public void resume(String agentType) {
    failures.remove(agentType);
    orders.setAgentPause(agentType, Optional.empty());
    resumed.run();
  }

  /**
   * Learns from the end of a run. Call it before the order can be claimed again.
   *
   * @throws StoreUnavailableException if the pauses cannot be read; nothing was learnt then
   */
  void ended(String agentType, RunOutcome outcome) {
    AgentPausesNow now = look();
    Optional<FailureReason> reason = outcome.failureReason();
    if (outcome instanceof RunOutcome.Limited limited) {
      boolean _ = change(agentType, now, it -> limited(agentType, limited, it));
    } else if (reason.isPresent()) {
      failed(agentType, reason.get(), outcome.message().orElse(""), now);
    } else if (outcome instanceof RunOutcome.Completed) {
      worked(agentType, now);
    }
  }

  private Optional<AgentPause> limited(
      String agentType, RunOutcome.Limited limited, AgentPausesNow now) {
    Optional<AgentPause> inForce = now.inForce(agentType);
    return switch (inForce.map(AgentPause::reason).orElse(null)) {
      case MANUAL -> inForce;
      // Another run of the same agent met the same limit.
      case USAGE_LIMIT -> inForce.map(pause -> limited.until().map(pause::until).orElse(pause));
      case null, default -> {
        int times = timesBefore(agentType, Reason.USAGE_LIMIT, now) + 1;
        Instant until = limited.until().orElse(clock.instant().plus(LIMITED.after(times)));
        yield pause(agentType, Reason.USAGE_LIMIT, limited.error(), Optional.of(until), times);
      }
    };
  }

  private void failed(String agentType, FailureReason reason, String message, AgentPausesNow now) {
    switch (reason) {
      case AGENT_AUTH -> {
        boolean _ = change(agentType, now, it -> rejected(agentType, message, it));
      }
      case AGENT_UNAVAILABLE -> unavailable(agentType, Reason.AGENT_UNAVAILABLE, message, now);
      case SPAWN_FAILED -> unavailable(agentType, Reason.SPAWN_FAILED, message, now);
      // The agent did its work, if badly.
      case EXIT_CODE, MAX_ITERATIONS, BUDGET_EXCEEDED -> worked(agentType, now);
      // These say nothing about the agent's provider.
      case USAGE_LIMIT,
          SIGNAL,
          OOM_KILLED,
          TIMEOUT,
          IDLE_TIMEOUT,
          QUEUE_EXPIRED,
          KILLED,
          INTERRUPTED,
          LOST,
          WORKSPACE_FAILED,
          DISK_FULL -> {}
    }
  }

  private Optional<AgentPause> rejected(String agentType, String message, AgentPausesNow now) {
    return now.inForce(agentType)
        .filter(pause -> pause.reason() == Reason.MANUAL)
        .or(() -> pause(agentType, Reason.AGENT_AUTH, message, Optional.empty(), 1));
  }

  private void unavailable(String agentType, Reason reason, String message, AgentPausesNow now) {
    int inARow = failures.merge(agentType, 1, Integer::sum);
    if (change(agentType, now, it -> unavailable(agentType, reason, message, inARow, it))) {
      failures.remove(agentType);
    }
  }

  private Optional<AgentPause> unavailable(
      String agentType, Reason reason, String message, int inARow, AgentPausesNow now) {
    if (now.inForce(agentType).isPresent()
        || (inARow < FAILURES_IN_A_ROW && !now.isOnProbation(agentType))) {
      return now.noted(agentType);
    }
    int times = timesBefore(agentType, reason, now) + 1;
    Instant until = clock.instant().plus(UNAVAILABLE.after(times));
    return pause(agentType, reason, message, Optional.of(until), times);
  }

  /** Returns how often in a row the agent was paused for this reason before. */
  private static int timesBefore(String agentType, Reason reason, AgentPausesNow now) {
    return now.noted(agentType)
        .filter(before -> before.reason() == reason)
        .map(AgentPause::times)
        .orElse(0);
  }

  private void worked(String agentType, AgentPausesNow now) {
    failures.remove(agentType);
    boolean _ =
        change(agentType, now, it -> it.noted(agentType).filter(_ -> !it.isOnProbation(agentType)));
  }

  private Optional<AgentPause> pause(
      String agentType, Reason reason, String message, Optional<Instant> until, int times) {
    return Optional.of(
        new AgentPause(
            reason, message, clock.instant(), until, times, credentials.apply(agentType)));
  }

  /**
   * Changes the pause of an agent. If an operator or another instance changes it at the same time,
   * that change is taken into account first.
   *
   * @param next returns the pause that follows what is noted
   * @return whether it was changed
   */
  private boolean change(
      String agentType, AgentPausesNow first, Function<AgentPausesNow, Optional<AgentPause>> next) {
    try {
      AgentPausesNow now = first;
      Optional<AgentPause> before = now.noted(agentType);
      Optional<AgentPause> after = next.apply(now);
      while (!after.equals(before)) {
        if (orders.replaceAgentPause(agentType, before, after)) {
          after.ifPresent(pause -> tell(agentType, pause));
          return true;
        }
        now = look();
        before = now.noted(agentType);
        after = next.apply(now);
      }
    } catch (StoreUnavailableException e) {
      // The next run of the agent shows the same again.
      LOG.warnf("The pause of %s could not be written: %s", agentType, e.getMessage());
    }
    return false;
  }

  private static void tell(String agentType, AgentPause pause) {
    LOG.warnf(
        "The agent %s is paused %s: %s",
        agentType,
        pause.until().map(end -> "until " + end).orElse("until it is resumed"),
        pause.message());
  }
}
