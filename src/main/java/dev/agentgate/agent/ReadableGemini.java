package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;

/** Renders the output of {@code gemini}; see {@link GeminiEvents}. */
final class ReadableGemini implements ReadableEvents {
  @Override
  public void render(JsonNode event, ReadableText text) {
    switch (event.path("type").asText()) {
      case "init" ->
          text.note(
              "gemini, model "
                  + event.path("model").asText("?")
                  + ", session "
                  + event.path("session_id").asText("?"));
      case "message" -> {
        if (event.path("role").asText().equals("assistant")) {
          text.saidPart(event.path("content").asText());
        }
      }
      case "tool_use" -> text.tool(event.path("tool_name").asText("?"), event.path("parameters"));
      case "tool_result" -> {
        text.output(event.path("output").asText());
        text.output(event.path("error").path("message").asText());
      }
      case "error" ->
          text.note(event.path("severity").asText("error") + ": " + event.path("message").asText());
      case "result" -> result(event, text);
      default -> {}
    }
  }

  private static void result(JsonNode event, ReadableText text) {
    JsonNode stats = event.path("stats");
    String totals =
        ReadableText.totals(
            Optional.empty(),
            stats.path("input_tokens"),
            stats.path("cached"),
            stats.path("output_tokens"),
            MissingNode.getInstance());
    if (event.path("status").asText().equals("success")) {
      text.note(ReadableEvents.with("completed", ": ", totals));
    } else {
      text.note(
          "failed: "
              + ReadableEvents.with(
                  GeminiEvents.sentence(event.path("error").path("message").asText()),
                  "; ",
                  totals));
    }
  }
}
