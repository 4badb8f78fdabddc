package dev.agentgate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.remote.Query;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Kills a run. */
@Command(
    name = "kill",
    description = {
      "Kill a running order; it fails.",
      "Its processes get SIGTERM, and SIGKILL after the grace. The command returns when they are"
          + " gone."
    },
    footer = {"", "Examples:", "  agentgate kill @last", "  agentgate kill @last --force"})
final class KillCommand extends ClientCommand {
  @Parameters(paramLabel = "ORDER", description = "An id, the beginning of one, or @last.")
  private String order = "";

  @Option(names = "--force", description = "SIGKILL at once.")
  private boolean force;

  KillCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    String id = session().orderId(order);
    JsonNode answer =
        session()
            .server()
            .patiently(
                "POST",
                new Query("/work-orders/" + id + "/kill").with("force", force ? true : null))
            .json();
    Console console = session().console();
    session()
        .printer()
        .one(
            answer,
            id,
            out ->
                out.println(
                    id
                        + " killed after "
                        + HumanText.duration(
                            Duration.ofMillis(answer.path("durationMs").asLong()))));
    if (answer.path("success").asBoolean(true)) {
      return ExitCode.OK;
    }
    console.say(answer.path("survivors").asLong() + " of its processes cannot be ended.");
    return ExitCode.ORDER_FAILED;
  }
}
