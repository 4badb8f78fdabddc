package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/** Renders the output of {@code opencode}; see {@link OpencodeEvents}. */
final class ReadableOpencode implements ReadableEvents {
  /** Sums make sense only if all steps were seen. */
  private final boolean fromStart;

  private long steps;
  private long input;
  private long cached;
  private long output;
  private double cost;

  ReadableOpencode(boolean fromStart) {
    this.fromStart = fromStart;
  }

  @Override
  public void render(JsonNode event, ReadableText text) {
    JsonNode part = event.path("part");
    switch (event.path("type").asText()) {
      case "step_start" -> {
        if (fromStart && steps == 0) {
          text.note("opencode, session " + event.path("sessionID").asText("?"));
        }
      }
      case "text" -> text.said(part.path("text").asText());
      case "reasoning" -> text.thought(part.path("text").asText());
      case "tool_use" -> {
        JsonNode state = part.path("state");
        text.tool(part.path("tool").asText("?"), state.path("input"));
        text.output(state.path("output").asText());
        text.output(state.path("error").asText());
      }
      case "step_finish" -> stepFinished(part, text);
      case "error" -> {
        JsonNode error = event.path("error");
        text.note(
            "failed: "
                + error
                    .path("data")
                    .path("message")
                    .asText(error.path("message").asText(error.path("name").asText())));
      }
      default -> {}
    }
  }

  private void stepFinished(JsonNode part, ReadableText text) {
    JsonNode tokens = part.path("tokens");
    JsonNode cache = tokens.path("cache");
    steps++;
    cached += cache.path("read").asLong();
    input +=
        tokens.path("input").asLong() + cache.path("read").asLong() + cache.path("write").asLong();
    output += tokens.path("output").asLong();
    cost += part.path("cost").asDouble();
    String reason = part.path("reason").asText();
    if (reason.equals("tool-calls")) {
      return;
    }
    text.note(
        ReadableEvents.with(
            reason.equals("stop") ? "completed" : "ended: " + reason,
            ": ",
            fromStart
                ? ReadableText.totals(
                    Optional.of(steps),
                    LongNode.valueOf(input),
                    LongNode.valueOf(cached),
                    LongNode.valueOf(output),
                    cost > 0 ? DoubleNode.valueOf(cost) : MissingNode.getInstance())
                : ""));
  }
}
