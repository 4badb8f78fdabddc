package dev.agentgate.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes one sentence of an answer that is not a success. */
public final class Problems {
  private static final int MOST_VIOLATIONS = 10;
  private static final String OLDER_SERVER = " The server may be older than this client.";

  private Problems() {}

  static CommandFailed failure(Target target, int status, HttpHeaders headers, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    JsonNode problem = parse(text);
    return new CommandFailed(
        code(status, problem), sentence(target, status, headers, problem), text);
  }

  /** The failure that a problem document is, as one in the middle of an answer. */
  public static CommandFailed failure(JsonNode problem) {
    int status = problem.path("status").asInt(500);
    return new CommandFailed(code(status, problem), detail(status, problem), problem.toString());
  }

  private static JsonNode parse(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException notJson) {
      return MissingNode.getInstance();
    }
  }

  private static ExitCode code(int status, JsonNode problem) {
    // A kill of an order that does not run is a 400, but nothing is wrong with the request itself.
    return problem.path("type").asText().endsWith(":not-running")
        ? ExitCode.CONFLICT
        : ExitCode.ofStatus(status);
  }

  private static String sentence(Target target, int status, HttpHeaders headers, JsonNode problem) {
    if (status == 401) {
      return target
          .key()
          .map(key -> target.url() + " does not accept " + key + ".")
          .orElse(
              target.url()
                  + " needs a key. Set AGENTGATE_API_KEY_FILE or AGENTGATE_API_KEY, or write"
                  + " api-key-file into the profile.");
    }
    return detail(status, problem) + advice(status, headers, problem);
  }

  private static String detail(int status, JsonNode problem) {
    String detail = HumanText.oneLine(problem.path("detail").asText());
    if (detail.isEmpty()) {
      return "The server answered " + status + " and gave no reason.";
    }
    List<String> more = new ArrayList<>();
    for (JsonNode violation : problem.path("violations")) {
      String one = violation.path("field").asText() + " " + violation.path("message").asText();
      boolean said = detail.contains(violation.path("message").asText());
      if (!said && more.size() < MOST_VIOLATIONS) {
        more.add(HumanText.oneLine(one));
      }
    }
    String all = more.isEmpty() ? detail : detail + "; " + String.join("; ", more);
    return all.endsWith(".") ? all : all + ".";
  }

  private static String advice(int status, HttpHeaders headers, JsonNode problem) {
    Optional<String> seconds =
        headers.firstValue("Retry-After").filter(value -> value.matches("\\d{1,6}"));
    return switch (status) {
      case 429, 503 -> seconds.map(it -> " Try again in " + it + " s.").orElse("");
      // No command asks for a path that a server of the same version lacks.
      case 404 -> problem.path("detail").asText().contains("at this path") ? OLDER_SERVER : "";
      case 405 -> OLDER_SERVER;
      default -> "";
    };
  }
}
