package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/** Why an attempt failed. The explanation for people is stored next to it, in {@code error}. */
public enum FailureReason {
  /** The agent exited with a code other than 0, so it reported the failure itself. */
  EXIT_CODE,
  /** The agent's account has reached a limit of its plan, or has no credit left. */
  USAGE_LIMIT,
  /** The agent's provider rejects its credential. */
  AGENT_AUTH,
  /** The agent's provider is overloaded, broken or unreachable. */
  AGENT_UNAVAILABLE,
  /** The agent used all the turns that it was allowed. */
  MAX_ITERATIONS,
  /** The run cost more than it was allowed to. */
  BUDGET_EXCEEDED,
  /** The agent was ended by a signal that AgentGate did not send. */
  SIGNAL,
  /** The kernel's out-of-memory killer ended the agent. */
  OOM_KILLED,
  /** The attempt took longer than {@code maxTime}. */
  TIMEOUT,
  /** The agent made no progress for {@code idleTimeout}. */
  IDLE_TIMEOUT,
  /** The order waited longer than {@code queueTtl}. */
  QUEUE_EXPIRED,
  /** A user killed the order. */
  KILLED,
  /** The service stopped and ended the agent with it. */
  INTERRUPTED,
  /** The process disappeared without leaving an exit code. */
  LOST,
  /** The agent's command could not be started. */
  SPAWN_FAILED,
  /** The workspace could not be prepared. */
  WORKSPACE_FAILED,
  /** The disk was full. */
  DISK_FULL;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** Returns the name used in API responses, files and metrics: lower case with underscores. */
  public String wireName() {
    return wireName;
  }

  /**
   * Whether a failure for this reason is retried even if the order does not list it in {@code
   * retryOn}: it was caused neither by the agent itself, nor by a user, nor by the order's time to
   * live.
   */
  public boolean isRetriedByDefault() {
    return switch (this) {
      case EXIT_CODE,
          USAGE_LIMIT,
          AGENT_AUTH,
          MAX_ITERATIONS,
          BUDGET_EXCEEDED,
          QUEUE_EXPIRED,
          KILLED ->
          false;
      case AGENT_UNAVAILABLE,
          SIGNAL,
          OOM_KILLED,
          TIMEOUT,
          IDLE_TIMEOUT,
          INTERRUPTED,
          LOST,
          SPAWN_FAILED,
          WORKSPACE_FAILED,
          DISK_FULL ->
          true;
    };
  }

  /**
   * Whether the agent itself reported the failure. Its exit code then says whatever the agent wants
   * it to say; a code above 128 does not mean that a signal ended it.
   */
  public boolean isAgentsVerdict() {
    return switch (this) {
      case EXIT_CODE, USAGE_LIMIT, AGENT_AUTH, AGENT_UNAVAILABLE, MAX_ITERATIONS -> true;
      default -> false;
    };
  }

  /** Parses a {@link #wireName()}; returns empty if there is no such reason. */
  public static Optional<FailureReason> parse(String text) {
    for (FailureReason reason : values()) {
      if (reason.wireName.equals(text)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
