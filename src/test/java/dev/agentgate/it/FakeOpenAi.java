package dev.agentgate.it;

import static dev.agentgate.it.FakeModelServer.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.FakeModelServer.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OpenAI's Responses API, as Codex uses it.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/responses">Responses</a>
 */
final class FakeOpenAi {
  /** The names that Codex gives its shell, depending on the model. */
  private static final List<String> SHELLS =
      List.of("exec_command", "shell_command", "shell", "bash");

  private FakeOpenAi() {}

  static Reply reply(JsonNode request, ModelScenario scenario) {
    return switch (scenario) {
      case WRONG_KEY ->
          failure(
              401,
              JSON.createObjectNode()
                  .put("type", "invalid_request_error")
                  .put("message", "Incorrect API key provided: sk-fake***.")
                  .put("code", "invalid_api_key"));
      case OVERLOADED ->
          failure(
              503,
              JSON.createObjectNode()
                  .put("type", "server_error")
                  .put("message", "The server is overloaded or not ready yet.")
                  .put("code", "server_is_overloaded"));
      case USAGE_LIMIT ->
          failure(
              429,
              JSON.createObjectNode()
                  .put("type", "usage_limit_reached")
                  .put("message", "The usage limit has been reached")
                  .put("plan_type", "plus")
                  .put("resets_at", Instant.now().plusSeconds(10_800).getEpochSecond())
                  .put("resets_in_seconds", 10_800));
      case EDIT, HANG, LOOP, SAY -> Reply.events(events(request, scenario));
    };
  }

  private static Reply failure(int status, ObjectNode error) {
    ObjectNode body = JSON.createObjectNode();
    body.set("error", error);
    return Reply.failure(status, body, Map.of());
  }

  private static String events(JsonNode request, ModelScenario scenario) {
    int done = 0;
    boolean scripted = false;
    for (JsonNode item : request.path("input")) {
      String type = item.path("type").asText();
      done += type.endsWith("_call") ? 1 : 0;
      scripted |= type.equals("additional_tools") && item.toString().contains("\"exec\"");
    }
    Optional<String> shell = scripted ? Optional.of("exec") : shell(request);
    int next = done;
    Optional<String> command = shell.flatMap(_ -> scenario.command(next));
    ArrayNode output = JSON.createArrayNode();
    ObjectNode message =
        output
            .addObject()
            .put("id", "msg_" + done)
            .put("type", "message")
            .put("role", "assistant")
            .put("status", "completed");
    message
        .putArray("content")
        .addObject()
        .put("type", "output_text")
        .put("text", command.isPresent() ? "I will run a command." : ModelScenario.LAST_WORDS)
        .putArray("annotations");
    command.ifPresent(text -> output.add(call(shell.orElseThrow(), next, text)));
    return stream(request, output);
  }

  private static Optional<String> shell(JsonNode request) {
    return SHELLS.stream()
        .filter(name -> {
          for (JsonNode tool : request.path("tools")) {
            if (name.equals(tool.path("name").asText(tool.path("type").asText()))) {
              return true;
            }
          }
          return false;
        })
        .findFirst();
  }

  private static ObjectNode call(String shell, int number, String command) {
    ObjectNode call =
        JSON.createObjectNode()
            .put("id", "fc_" + number)
            .put("call_id", "call_" + number)
            .put("name", shell)
            .put("status", "completed");
    if (shell.equals("exec")) {
      ObjectNode arguments =
          JSON.createObjectNode().put("cmd", command).put("yield_time_ms", 30_000);
      return call.put("type", "custom_tool_call")
          .put("namespace", "functions")
          .put("input", "const r = await tools.exec_command(" + arguments + "); text(r);");
    }
    ObjectNode arguments = JSON.createObjectNode();
    switch (shell) {
      case "exec_command" -> arguments.put("cmd", command).put("yield_time_ms", 30_000);
      case "shell" -> arguments.putArray("command").add("bash").add("-lc").add(command);
      default -> arguments.put("command", command).put("description", "Run a command");
    }
    return call.put("type", "function_call").put("arguments", arguments.toString());
  }

  private static String stream(JsonNode request, ArrayNode output) {
    StringBuilder events = new StringBuilder();
    ObjectNode response =
        JSON.createObjectNode()
            .put("id", "resp_fake")
            .put("object", "response")
            .put("status", "in_progress")
            .put("model", request.path("model").asText());
    response.putArray("output");
    add(events, "response.created", JSON.createObjectNode().set("response", response));
    for (int index = 0; index < output.size(); index++) {
      for (String stage : List.of("added", "done")) {
        ObjectNode event = JSON.createObjectNode().put("output_index", index);
        event.set("item", output.get(index));
        add(events, "response.output_item." + stage, event);
      }
    }
    ObjectNode completed = response.deepCopy().put("status", "completed");
    completed.set("output", output);
    ObjectNode usage = completed.putObject("usage");
    usage.put("input_tokens", 6500).put("output_tokens", 42).put("total_tokens", 6542);
    usage.putObject("input_tokens_details").put("cached_tokens", 5000);
    usage.putObject("output_tokens_details").put("reasoning_tokens", 10);
    add(events, "response.completed", JSON.createObjectNode().set("response", completed));
    return events.toString();
  }

  private static void add(StringBuilder events, String type, ObjectNode data) {
    events.append("event: ").append(type).append("\ndata: ");
    events.append(data.put("type", type)).append("\n\n");
  }
}
