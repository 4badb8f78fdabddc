package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.remote.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pauses the queue, or one agent. */
@Command(
    name = "pause",
    description = "Start nothing new, in the whole queue or for one agent. What runs continues.",
    footer = {
      "",
      "Examples:",
      "  agentgate pause",
      "  agentgate pause --agent claude-code --until 2026-01-31T18:00:00Z"
    })
final class PauseCommand extends ClientCommand {
  @Option(
      names = {"-a", "--agent"},
      paramLabel = "TYPE",
      description = "Only this agent.")
  private @Nullable String agent;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description = "With --agent: resume by itself at this time.")
  private @Nullable String until;

  PauseCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    if (agent == null && until != null) {
      throw new CommandFailed(ExitCode.USAGE, "--until is for one agent; add --agent.");
    }
    ObjectNode body = until == null ? null : Json.MAPPER.createObjectNode().put("until", until);
    change(session(), agent, "pause", "paused", body);
    return ExitCode.OK;
  }

  /** Pauses or resumes, and says so. */
  static void change(
      Session session, @Nullable String agent, String verb, String done, @Nullable JsonNode body) {
    String path =
        agent == null ? "/queue/" + verb : "/agents/" + AgentsCommand.path(agent) + "/" + verb;
    JsonNode answer = session.server().post(path, body).json();
    String what = agent == null ? "The queue" : agent;
    session
        .printer()
        .one(
            answer,
            agent == null ? "queue" : agent,
            out -> out.println(what + " is " + done + "."));
  }
}
