package dev.agentgate.it;

import static dev.agentgate.it.FakeModelServer.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.it.FakeModelServer.Reply;
import java.util.Map;
import java.util.Optional;

/**
 * Google's Gemini API.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Generating content</a>
 */
final class FakeGemini {
  private static final String SHELL = "run_shell_command";

  private FakeGemini() {}

  static Reply reply(String path, JsonNode request, ModelScenario scenario) {
    if (path.endsWith(":countTokens")) {
      return Reply.of(JSON.createObjectNode().put("totalTokens", 123));
    }
    return switch (scenario) {
      case WRONG_KEY -> failure(400, "INVALID_ARGUMENT", "API key not valid.", wrongKey());
      case OVERLOADED ->
          failure(503, "UNAVAILABLE", "The model is overloaded.", JSON.createArrayNode());
      case USAGE_LIMIT ->
          failure(
              429,
              "RESOURCE_EXHAUSTED",
              "You exceeded your current quota, please check your plan and billing details.",
              usedUp());
      case EDIT, HANG, LOOP, SAY -> content(path, request, scenario);
    };
  }

  private static ArrayNode wrongKey() {
    ArrayNode details = JSON.createArrayNode();
    details
        .addObject()
        .put("@type", "type.googleapis.com/google.rpc.ErrorInfo")
        .put("reason", "API_KEY_INVALID")
        .put("domain", "googleapis.com");
    return details;
  }

  private static ArrayNode usedUp() {
    ArrayNode details = JSON.createArrayNode();
    details
        .addObject()
        .put("@type", "type.googleapis.com/google.rpc.QuotaFailure")
        .putArray("violations")
        .addObject()
        .put("quotaId", "GenerateRequestsPerDayPerProjectPerModel-FreeTier")
        .put("quotaValue", "250");
    return details;
  }

  private static Reply failure(int code, String status, String message, ArrayNode details) {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("error")
        .put("code", code)
        .put("message", message)
        .put("status", status)
        .set("details", details);
    return Reply.failure(code, body, Map.of());
  }

  private static Reply content(String path, JsonNode request, ModelScenario scenario) {
    int done = 0;
    for (JsonNode content : request.path("contents")) {
      for (JsonNode part : content.path("parts")) {
        done += part.has("functionCall") ? 1 : 0;
      }
    }
    boolean shell = request.path("tools").toString().contains("\"" + SHELL + "\"");
    Optional<String> command = shell ? scenario.command(done) : Optional.empty();
    ObjectNode answer = JSON.createObjectNode().put("modelVersion", "fake");
    ObjectNode candidate =
        answer.putArray("candidates").addObject().put("finishReason", "STOP").put("index", 0);
    ArrayNode parts = candidate.putObject("content").put("role", "model").putArray("parts");
    if (command.isPresent()) {
      parts.addObject().put("text", "I will run a command.");
      parts
          .addObject()
          .putObject("functionCall")
          .put("name", SHELL)
          .putObject("args")
          .put("command", command.get())
          .put("description", "Run a command");
    } else {
      parts.addObject().put("text", shell ? ModelScenario.LAST_WORDS : routing());
    }
    answer
        .putObject("usageMetadata")
        .put("promptTokenCount", 6500)
        .put("cachedContentTokenCount", 5000)
        .put("candidatesTokenCount", 42)
        .put("totalTokenCount", 6542);
    return path.endsWith(":streamGenerateContent")
        ? Reply.events("data: " + answer + "\n\n")
        : Reply.of(answer);
  }

  /** Returns what the CLI asks about its own decisions: which model to use, who speaks next. */
  private static String routing() {
    return JSON.createObjectNode()
        .put("reasoning", "none")
        .put("next_speaker", "user")
        .put("model_choice", "flash")
        .put("complexity_score", 10)
        .put("complexity_reasoning", "none")
        .put("title", "none")
        .toString();
  }
}
