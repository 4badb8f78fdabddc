package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import picocli.CommandLine.Command;

/** Explains how to start the service. The start itself happens before any command is read. */
@Command(
    name = "serve",
    description = {
      "Run the service in the foreground, as the executable does without arguments.",
      "Its settings are variables, such as AGENTGATE_DATA_DIR; see docs/configuration.md."
    },
    footer = {"", "Examples:", "  AGENTGATE_AGENTS_SHELL_ENABLED=true agentgate serve"})
final class ServeCommand extends ClientCommand {
  ServeCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    throw new CommandFailed(
        ExitCode.USAGE, "serve takes no options. The settings of the service are variables.");
  }
}
