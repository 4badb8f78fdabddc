package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import dev.agentgate.cli.remote.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks for another run. */
@Command(
    name = "retry",
    description = {
      "Run orders again that have ended, or a queued one now.",
      "With --prompt, an order that has ended continues in its workspace, and in the agent's session"
          + " where the agent can resume one."
    },
    footer = {
      "",
      "Examples:",
      "  agentgate retry @last",
      "  agentgate retry @last --prompt \"Now add a test\"",
      "  agentgate retry --status failed --reason agent_unavailable --yes"
    })
final class RetryCommand extends ManyOrdersCommand {
  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What to do next, in the same workspace. For one order.")
  private @Nullable String prompt;

  RetryCommand(Session session) {
    super(session);
  }

  @Override
  JsonNode one(String id) {
    JsonNode body =
        prompt == null ? null : Json.MAPPER.createObjectNode().put("taskPrompt", prompt);
    return session().server().post("/work-orders/" + id + "/runs", body).json();
  }

  @Override
  String told(JsonNode answer) {
    return answer.path("started").asBoolean() ? "started" : "queued";
  }

  @Override
  Query all() {
    if (prompt != null) {
      throw new CommandFailed(
          ExitCode.USAGE, "--prompt is for orders that are named by their ids.");
    }
    return new Query("/work-orders/runs");
  }

  @Override
  String method() {
    return "POST";
  }

  @Override
  Words words() {
    return new Words("retry", "queued", "queued", "wouldQueue");
  }
}
