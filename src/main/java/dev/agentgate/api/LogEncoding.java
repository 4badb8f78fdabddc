package dev.agentgate.api;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import org.jspecify.annotations.Nullable;

/** How the text of a log is written into an event. */
enum LogEncoding {
  /** As it is, except that each lone carriage return becomes a line feed. */
  PLAIN,
  /** As a JSON string, which can hold every character. */
  JSON;

  static final String DESCRIPTION =
      "`json`: the text of a `log` event is a JSON string, which keeps carriage returns. `plain`:"
          + " the text unchanged";

  /** Reads a query parameter. */
  static LogEncoding parse(@Nullable String parameter) {
    return switch (parameter) {
      case null -> PLAIN;
      case "plain" -> PLAIN;
      case "json" -> JSON;
      default -> throw new AgentGateException(Kind.INVALID, "encoding must be plain or json");
    };
  }

  /** Returns the text in this encoding. */
  String encode(String text) {
    return switch (this) {
      case PLAIN -> text;
      case JSON -> '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    };
  }
}
