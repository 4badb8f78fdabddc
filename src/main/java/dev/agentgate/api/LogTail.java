package dev.agentgate.api;

import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How many of a log's last lines a client wants. */
final class LogTail {
  static final int MOST_LINES = 1_000_000;

  private LogTail() {}

  /** Reads a query parameter; empty if it was not sent. */
  static OptionalInt parse(@Nullable String parameter) {
    if (parameter == null) {
      return OptionalInt.empty();
    }
    if (parameter.matches("\\d{1,9}")) {
      int lines = Integer.parseInt(parameter);
      if (lines >= 1 && lines <= MOST_LINES) {
        return OptionalInt.of(lines);
      }
    }
    throw new AgentGateException(
        Kind.INVALID, "tail must be a number of lines from 1 to " + MOST_LINES);
  }
}
