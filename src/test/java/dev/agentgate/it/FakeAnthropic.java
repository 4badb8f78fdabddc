package dev.agentgate.it;

import static dev.agentgate.it.FakeModelServer.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.FakeModelServer.Reply;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Anthropic's Messages API.
 *
 * @see <a href="https://docs.anthropic.com/en/api/messages">Messages</a>
 */
final class FakeAnthropic {
  private FakeAnthropic() {}

  /**
   * Answers a request.
   *
   * @param subscription whether it is made with the token of a subscription, which has usage
   *     windows, rather than with an API key, which has a credit balance
   */
  static Reply reply(String path, JsonNode request, ModelScenario scenario, boolean subscription) {
    if (path.endsWith("/count_tokens")) {
      return Reply.of(JSON.createObjectNode().put("input_tokens", 123));
    }
    Optional<String> shell = shell(request);
    if (shell.isPresent()) {
      switch (scenario) {
        case WRONG_KEY -> {
          return failure(401, "authentication_error", "invalid x-api-key", Map.of());
        }
        case OVERLOADED -> {
          return failure(529, "overloaded_error", "Overloaded", Map.of());
        }
        case USAGE_LIMIT -> {
          if (!subscription) {
            return failure(
                400,
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API.",
                Map.of());
          }
          String reset = Long.toString(Instant.now().plusSeconds(10_800).getEpochSecond());
          return failure(
              429,
              "rate_limit_error",
              "This request would exceed your account's rate limit. Please try again later.",
              Map.of(
                  "anthropic-ratelimit-unified-status", "rejected",
                  "anthropic-ratelimit-unified-reset", reset,
                  "anthropic-ratelimit-unified-representative-claim", "five_hour",
                  "anthropic-ratelimit-unified-5h-status", "rejected",
                  "anthropic-ratelimit-unified-5h-reset", reset,
                  "anthropic-ratelimit-unified-5h-utilization", "1.0",
                  "anthropic-ratelimit-unified-overage-status", "rejected",
                  "retry-after", "10800",
                  "x-should-retry", "false"));
        }
        case EDIT, HANG, LOOP, SAY -> {}
      }
    }
    ArrayNode content = content(request, scenario, shell);
    String stop = content.size() > 1 ? "tool_use" : "end_turn";
    ObjectNode message = message(request);
    return request.path("stream").asBoolean()
        ? Reply.events(events(message, content, stop))
        : Reply.of(message.put("stop_reason", stop).set("content", content));
  }

  private static Optional<String> shell(JsonNode request) {
    for (JsonNode tool : request.path("tools")) {
      if (tool.path("name").asText().equalsIgnoreCase("bash")) {
        return Optional.of(tool.path("name").asText());
      }
    }
    return Optional.empty();
  }

  private static ArrayNode content(
      JsonNode request, ModelScenario scenario, Optional<String> shell) {
    ArrayNode content = JSON.createArrayNode();
    int done = 0;
    for (JsonNode message : request.path("messages")) {
      for (JsonNode part : message.path("content")) {
        done += part.path("type").asText().equals("tool_use") ? 1 : 0;
      }
    }
    int next = done;
    Optional<String> command = shell.flatMap(_ -> scenario.command(next));
    if (command.isEmpty()) {
      content.addObject().put("type", "text").put("text", ModelScenario.LAST_WORDS);
      return content;
    }
    content.addObject().put("type", "text").put("text", "I will run a command.");
    content
        .addObject()
        .put("type", "tool_use")
        .put("id", "toolu_" + done)
        .put("name", shell.orElseThrow())
        .putObject("input")
        .put("command", command.get())
        .put("description", "Run a command");
    return content;
  }

  private static ObjectNode message(JsonNode request) {
    ObjectNode message =
        JSON.createObjectNode()
            .put("id", "msg_fake")
            .put("type", "message")
            .put("role", "assistant")
            .put("model", request.path("model").asText())
            .putNull("stop_reason")
            .putNull("stop_sequence");
    message.putArray("content");
    message
        .putObject("usage")
        .put("input_tokens", 1200)
        .put("cache_creation_input_tokens", 300)
        .put("cache_read_input_tokens", 5000)
        .put("output_tokens", 42);
    return message;
  }

  private static String events(ObjectNode message, ArrayNode content, String stop) {
    StringBuilder events = new StringBuilder();
    add(events, "message_start", JSON.createObjectNode().set("message", message));
    for (int index = 0; index < content.size(); index++) {
      ObjectNode block = content.get(index).deepCopy();
      ObjectNode delta = JSON.createObjectNode();
      if (block.has("text")) {
        delta.put("type", "text_delta").put("text", block.path("text").asText());
        block.put("text", "");
      } else {
        delta.put("type", "input_json_delta").put("partial_json", block.path("input").toString());
        block.putObject("input");
      }
      add(events, "content_block_start", at(index).set("content_block", block));
      add(events, "content_block_delta", at(index).set("delta", delta));
      add(events, "content_block_stop", at(index));
    }
    ObjectNode end = JSON.createObjectNode();
    end.putObject("delta").put("stop_reason", stop).putNull("stop_sequence");
    end.putObject("usage").put("output_tokens", 42);
    add(events, "message_delta", end);
    add(events, "message_stop", JSON.createObjectNode());
    return events.toString();
  }

  private static ObjectNode at(int index) {
    return JSON.createObjectNode().put("index", index);
  }

  private static void add(StringBuilder events, String type, ObjectNode data) {
    events.append("event: ").append(type).append("\ndata: ");
    events.append(data.put("type", type)).append("\n\n");
  }

  private static Reply failure(
      int status, String type, String message, Map<String, String> headers) {
    ObjectNode body = JSON.createObjectNode().put("type", "error").put("request_id", "req_fake");
    body.putObject("error").put("type", type).put("message", message);
    return Reply.failure(status, body, headers);
  }
}
