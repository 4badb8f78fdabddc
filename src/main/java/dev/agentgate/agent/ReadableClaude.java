package dev.agentgate.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.util.Optional;
import java.util.StringJoiner;

/** Renders the output of {@code claude}; see {@link ClaudeEvents}. */
final class ReadableClaude implements ReadableEvents {
  @Override
  public void render(JsonNode event, ReadableText text) {
    switch (event.path("type").asText()) {
      case "system" -> system(event, text);
      case "assistant" -> {
        // The result repeats an error of the provider.
        if (!event.path("is_api_error_message").asBoolean()) {
          event.path("message").path("content").forEach(block -> said(block, text));
        }
      }
      case "user" -> event.path("message").path("content").forEach(block -> cameOut(block, text));
      case "rate_limit_event" -> rateLimit(event.path("rate_limit_info"), text);
      case "result" -> result(event, text);
      default -> {}
    }
  }

  private static void system(JsonNode event, ReadableText text) {
    switch (event.path("subtype").asText()) {
      case "init" ->
          text.note(
              "claude, model "
                  + event.path("model").asText("?")
                  + ", session "
                  + event.path("session_id").asText("?"));
      case "api_retry" ->
          text.note(
              "retry "
                  + event.path("attempt").asText()
                  + " of "
                  + event.path("max_retries").asText()
                  + ": "
                  + event.path("error").asText()
                  + (event.path("error_status").isNumber()
                      ? " (" + event.path("error_status").asText() + ")"
                      : ""));
      default -> {}
    }
  }

  private static void said(JsonNode block, ReadableText text) {
    switch (block.path("type").asText()) {
      case "text" -> text.said(block.path("text").asText());
      case "thinking" -> text.thought(block.path("thinking").asText());
      case "tool_use" -> text.tool(block.path("name").asText("?"), block.path("input"));
      default -> {}
    }
  }

  private static void cameOut(JsonNode block, ReadableText text) {
    if (block.path("type").asText().equals("tool_result")) {
      JsonNode content = block.path("content");
      if (content.isTextual()) {
        text.output(content.textValue());
      } else {
        content.forEach(part -> text.output(part.path("text").asText()));
      }
    }
  }

  private static void rateLimit(JsonNode info, ReadableText text) {
    if (info.path("status").asText().equals("rejected")) {
      text.note("usage limit reached: " + info.path("rateLimitType").asText("?"));
    }
  }

  private static void result(JsonNode event, ReadableText text) {
    JsonNode usage = event.path("usage");
    String totals =
        ReadableText.totals(
            Optional.of(event.path("num_turns").asLong()),
            LongNode.valueOf(
                usage.path("input_tokens").asLong()
                    + usage.path("cache_creation_input_tokens").asLong()
                    + usage.path("cache_read_input_tokens").asLong()),
            usage.path("cache_read_input_tokens"),
            usage.path("output_tokens"),
            event.path("total_cost_usd"));
    if (event.path("subtype").asText().equals("success") && !event.path("is_error").asBoolean()) {
      text.note(ReadableEvents.with("completed", ": ", totals));
      return;
    }
    StringJoiner errors = new StringJoiner("; ");
    event.path("errors").forEach(error -> errors.add(error.asText()));
    String sentence =
        errors.length() > 0
            ? errors.toString()
            : event.path("result").asText(event.path("subtype").asText());
    text.note("failed: " + ReadableEvents.with(sentence, "; ", totals));
  }
}
