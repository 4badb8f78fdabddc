package dev.agentgate.api;

import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import org.jspecify.annotations.Nullable;

/** The form in which a client reads a log. */
enum LogFormat {
  /** Unchanged. */
  RAW,
  /** Rendered for people to read. */
  TEXT;

  static final String DESCRIPTION =
      "`text`: an agent's JSON lines as readable text (what it said, which tools it used, what came"
          + " out of them, what it cost), other lines unchanged. `raw`: all lines unchanged";

  /** Reads a query parameter. */
  static LogFormat parse(@Nullable String parameter) {
    return switch (parameter) {
      case null -> RAW;
      case "raw" -> RAW;
      case "text" -> TEXT;
      default -> throw new AgentGateException(Kind.INVALID, "format must be raw or text");
    };
  }
}
