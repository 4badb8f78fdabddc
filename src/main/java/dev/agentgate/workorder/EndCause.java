package dev.agentgate.workorder;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a run is being ended, weakest first: a stronger cause replaces a weaker one. */
public enum EndCause {
  /** The service is stopping. */
  INTERRUPT,
  /** The agent wrote nothing for too long. */
  IDLE_TIMEOUT,
  /** The attempt took too long. */
  TIMEOUT,
  /** The run cost more than its order allows. */
  BUDGET_EXCEEDED,
  /** A user cancelled the order. */
  CANCEL,
  /** A user killed the order. */
  KILL;

  /** Returns the name used in files and metrics: lower case with underscores. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Parses a {@link #wireName()}; returns empty if there is no such cause. */
  public static Optional<EndCause> parse(String text) {
    return Arrays.stream(values()).filter(cause -> cause.wireName().equals(text)).findFirst();
  }
}
