package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.view.AgentTable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Shows the agents. */
@Command(
    name = "agents",
    description = "Show the server's agents: which can run, which are paused and why, today's use.",
    footer = {"", "Examples:", "  agentgate agents", "  agentgate agents -o id"})
final class AgentsCommand extends ClientCommand {
  AgentsCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    JsonNode answer = session().server().get("/agents").json();
    List<JsonNode> agents = new ArrayList<>();
    answer.path("items").forEach(agents::add);
    Console console = session().console();
    session()
        .printer()
        .many(
            answer,
            agents,
            agent -> agent.path("type").asText(),
            out ->
                AgentTable.print(
                    agents,
                    session().clock().instant(),
                    out,
                    console.style(),
                    session().tableWidth()));
    return ExitCode.OK;
  }

  /** An agent's type as a part of a path. */
  static String path(String agent) {
    return URLEncoder.encode(agent, StandardCharsets.UTF_8);
  }
}
