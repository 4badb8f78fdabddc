package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.view.InstanceTable;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Shows the instances of the service. */
@Command(
    name = "instances",
    description = "Show the server's instances: what they run, and when they were last seen.",
    footer = {"", "Examples:", "  agentgate instances", "  agentgate instances -o id"})
final class InstancesCommand extends ClientCommand {
  InstancesCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    JsonNode answer = session().server().get("/instances").json();
    List<JsonNode> instances = new ArrayList<>();
    answer.path("items").forEach(instances::add);
    session()
        .printer()
        .many(
            answer,
            instances,
            instance -> instance.path("id").asText(),
            out ->
                InstanceTable.print(
                    instances,
                    session().clock().instant(),
                    out,
                    session().console().style(),
                    session().tableWidth()));
    return ExitCode.OK;
  }
}
