package dev.agentgate.cli.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.nio.charset.StandardCharsets;

/** A successful answer of the server. */
public record Reply(int status, String text) {

  static Reply of(int status, byte[] body) {
    return new Reply(status, new String(body, StandardCharsets.UTF_8));
  }

  /** The body as a tree, with the fields that this client does not know. */
  public JsonNode json() {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CommandFailed(
          ExitCode.UNREACHABLE, "The answer is not JSON. Is there an AgentGate at this address?");
    }
  }
}
