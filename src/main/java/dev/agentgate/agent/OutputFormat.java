package dev.agentgate.agent;

import java.util.Locale;
import java.util.Optional;

/** The format of an agent's output, which decides how it is read. */
public enum OutputFormat {
  /** Any text. Nothing is concluded from it. */
  TEXT,
  /** {@code claude -p --output-format stream-json --verbose}. */
  CLAUDE_STREAM_JSON,
  /** {@code codex exec --json}. */
  CODEX_JSON,
  /** {@code opencode run --format json}. */
  OPENCODE_JSON,
  /** {@code gemini --output-format stream-json}. */
  GEMINI_STREAM_JSON;

  private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** Returns the name in the configuration and in answers: lower case with dashes. */
  public String wireName() {
    return wireName;
  }

  /** Whether the agent itself reports the cost of a run. */
  public boolean reportsCost() {
    return this == CLAUDE_STREAM_JSON || this == OPENCODE_JSON;
  }

  /** Whether the agent reports how many tokens a run used. */
  public boolean reportsTokens() {
    return this != TEXT;
  }

  /** Returns the format with this {@link #wireName()}; empty if there is none. */
  public static Optional<OutputFormat> parse(String text) {
    for (OutputFormat format : values()) {
      if (format.wireName.equals(text)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
