package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the output of {@code codex exec --json}, as of 0.169.0. Its errors are text without a code,
 * its token counts include earlier runs of a continued thread, and it reports neither model nor
 * cost.
 */
final class CodexEvents extends AgentEvents {
  private static final FieldPaths FIELDS =
      FieldPaths.of(
          List.of(
              "type",
              "thread_id",
              "item.type",
              "item.text",
              "message",
              "error.message",
              "usage.input_tokens",
              "usage.cached_input_tokens",
              "usage.output_tokens"));

  /** The usage of the whole thread. */
  private Usage total = Usage.UNKNOWN;

  CodexEvents(OutputContext context) {
    super(context, FIELDS);
  }

  @Override
  boolean event(JsonEvent event) {
    boolean progress =
        switch (event.type()) {
          case "thread.started" -> {
            session = event.text("thread_id").or(() -> session);
            yield true;
          }
          case "turn.started" -> {
            finished = false;
            verdict = AgentVerdict.UNKNOWN;
            yield true;
          }
          case "item.started", "item.updated", "item.completed" -> item(event);
          case "turn.completed" -> {
            finished = true;
            verdict = AgentVerdict.SUCCEEDED;
            total =
                Usage.ofTokens(
                    event.sum("usage.input_tokens"),
                    event.sum("usage.cached_input_tokens"),
                    event.sum("usage.output_tokens"));
            yield true;
          }
          case "turn.failed" -> {
            finished = true;
            verdict = error(event.text("error.message").orElse("The turn failed"));
            yield true;
          }
          case "error" -> {
            error(event);
            yield false;
          }
          default -> event.type().startsWith("item.");
        };
    if (progress) {
      retrying = Optional.empty();
    }
    return progress;
  }

  private boolean item(JsonEvent event) {
    String kind = event.text("item.type").orElse("");
    if (kind.equals("error")) {
      // This is a notice, for example that codex continues without WebSockets.
      return false;
    }
    if (kind.equals("agent_message") && event.type().equals("item.completed")) {
      event.text("item.text").ifPresent(result::set);
    }
    return true;
  }

  private void error(JsonEvent event) {
    String sentence = event.text("message").orElse("");
    if (sentence.startsWith("Reconnecting")) {
      retrying = Optional.of(() -> error(sentence));
    } else if (!finished) {
      verdict = error(sentence);
    }
  }

  private AgentVerdict.Failed error(String sentence) {
    return failed(OptionalInt.empty(), "", sentence);
  }

  @Override
  Usage usage() {
    return total.since(context.usedBefore());
  }
}
