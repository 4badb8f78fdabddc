package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A pause of one type of agent: no new run of the agent starts, while runs in progress go on. After
 * the end of a pause that the agent caused itself, one run is tried first.
 *
 * @param message a sentence for people: the agent's own if it caused the pause
 * @param until when the pause ends; empty if someone must resume the agent
 * @param times how often in a row the agent was paused for this reason
 * @param credential a digest of the credential that the agent was paused with; empty if there is
 *     none
 */
public record AgentPause(
    Reason reason,
    String message,
    Instant since,
    Optional<Instant> until,
    int times,
    String credential) {

  /** Why an agent is paused. */
  public enum Reason {
    /** An operator paused it. */
    MANUAL,
    /** Its account has reached a limit of its plan. */
    USAGE_LIMIT,
    /** Its provider rejects its credential. */
    AGENT_AUTH,
    /** Its provider was unavailable several times in a row. */
    AGENT_UNAVAILABLE,
    /** Its command could not be started several times in a row. */
    SPAWN_FAILED;

    /** Returns the name used in API responses and files: lower case with underscores. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Parses a {@link #wireName()}; returns empty if there is no such reason. */
    public static Optional<Reason> parse(String text) {
      for (Reason reason : values()) {
        if (reason.wireName().equals(text)) {
          return Optional.of(reason);
        }
      }
      return Optional.empty();
    }
  }

  /** Whether the pause is in force. */
  public boolean isInForce(Instant now) {
    return until.isEmpty() || until.get().isAfter(now);
  }

  /** Returns this pause with another end. */
  public AgentPause until(Instant end) {
    return new AgentPause(reason, message, since, Optional.of(end), times, credential);
  }
}
