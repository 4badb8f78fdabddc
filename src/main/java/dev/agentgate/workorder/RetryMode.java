package dev.agentgate.workorder;

import java.util.Locale;
import java.util.Optional;

/** Where the next attempt of an order begins. */
public enum RetryMode {
  /** In a new checkout. */
  FRESH,
  /** In the workspace of the last attempt, and in its session if the agent can continue one. */
  RESUME;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** Returns the name used in the API and in files: lower case. */
  public String wireName() {
    return wireName;
  }

  /** Parses a {@link #wireName()}; returns empty if there is no such mode. */
  public static Optional<RetryMode> parse(String text) {
    for (RetryMode mode : values()) {
      if (mode.wireName.equals(text)) {
        return Optional.of(mode);
      }
    }
    return Optional.empty();
  }
}
