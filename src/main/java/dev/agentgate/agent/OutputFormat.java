package dev.agentgate.agent;

import java.util.Locale;
import java.util.Optional;

/** What an agent prints, and so how its output is read. */
public enum OutputFormat {
  /** Anything: nothing is concluded from it. */
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

  /** The name in the configuration and in answers: lower case with dashes. */
  public String wireName() {
    return wireName;
  }

  /** Whether the agent itself says what a run cost. */
  public boolean reportsCost() {
    return this == CLAUDE_STREAM_JSON || this == OPENCODE_JSON;
  }

  /** Reads a {@link #wireName()}; empty if there is no such format. */
  public static Optional<OutputFormat> parse(String text) {
    for (OutputFormat format : values()) {
      if (format.wireName.equals(text)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
