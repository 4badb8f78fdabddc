package dev.agentgate.queue;

import dev.agentgate.store.StatusCounts;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The state of the queue at one moment: what is running, what is waiting, and what an operator must
 * know.
 */
public record QueueHealth(
    StatusCounts counts,
    int maxConcurrent,
    Optional<Duration> oldestRunningAge,
    Optional<WorkOrderId> oldestRunningId,
    Duration stuckThreshold,
    List<Alert> alerts,
    Set<Block> blockedBy,
    boolean paused,
    Instant timestamp) {

  /**
   * A fact that an operator must know.
   *
   * @param message a sentence
   */
  public record Alert(AlertKind kind, String message) {}

  /** The kinds of alert. Their names are values of {@code agentgate.health.readiness-alerts}. */
  public enum AlertKind {
    STUCK,
    QUEUE_DEPTH,
    QUARANTINE,
    STORE,
    SURVIVORS,
    MEMORY,
    DISK,
    RESOURCES,
    /** An agent is paused. */
    AGENT,
    /** A daily budget allows no further run. */
    BUDGET,
    /** The changes of runs could not be published. */
    PUBLICATION;

    /** Returns the name used in configuration and health data: lower case with hyphens. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Why the head of the queue does not start. */
  public enum Block {
    SLOTS,
    REPOSITORY,
    STAGGER,
    MEMORY,
    DISK,
    PAUSED,
    MANUAL,
    RESOURCES,
    AGENT,
    BUDGET,
    /** This instance could not renew its lease. */
    LEASE;

    /** Returns the name used in API responses and metrics: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
