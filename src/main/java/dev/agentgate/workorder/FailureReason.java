package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/** Why an attempt failed. The sentence for people is beside it, in {@code error}. */
public enum FailureReason {
  /** The agent ended with an exit code other than 0: its own verdict. */
  EXIT_CODE,
  /** A signal that AgentGate did not send ended the agent. */
  SIGNAL,
  /** The kernel's out-of-memory killer ended the agent. */
  OOM_KILLED,
  /** The attempt took longer than {@code maxTime}. */
  TIMEOUT,
  /** The agent wrote nothing for {@code idleTimeout}. */
  IDLE_TIMEOUT,
  /** The order waited longer than {@code queueTtl}. */
  QUEUE_EXPIRED,
  /** A user killed it. */
  KILLED,
  /** The service stopped and took the agent along. */
  INTERRUPTED,
  /** The process vanished and left no exit code. */
  LOST,
  /** The agent's command could not be started. */
  SPAWN_FAILED,
  /** The workspace could not be prepared. */
  WORKSPACE_FAILED,
  /** The disk was full. */
  DISK_FULL;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** The name in answers, files and metrics: lower case with underscores. */
  public String wireName() {
    return wireName;
  }

  /**
   * Whether another attempt may follow without the order asking for it: the agent itself did not
   * decide this end, nor did a user, nor did the order's own time to live.
   */
  public boolean isRetriedByDefault() {
    return switch (this) {
      case EXIT_CODE, QUEUE_EXPIRED, KILLED -> false;
      case SIGNAL,
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

  /** Reads a {@link #wireName()}; empty if there is no such reason. */
  public static Optional<FailureReason> parse(String text) {
    for (FailureReason reason : values()) {
      if (reason.wireName.equals(text)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
