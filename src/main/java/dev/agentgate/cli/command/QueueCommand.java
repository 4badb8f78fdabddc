package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.view.QueueText;
import picocli.CommandLine.Command;

/** Shows the queue. */
@Command(
    name = "queue",
    description = "Show what runs, what waits and why, and what needs attention.",
    footer = {"", "Examples:", "  agentgate queue", "  agentgate queue -o json"})
final class QueueCommand extends ClientCommand {
  QueueCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    JsonNode health = session().server().get("/queue/health").json();
    session()
        .printer()
        .one(
            health,
            health.path("oldestRunningId").asText(""),
            out -> QueueText.print(health, out, session().console().style()));
    return ExitCode.OK;
  }
}
