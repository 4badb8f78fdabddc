package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the help of a command. */
@Command(
    name = "help",
    helpCommand = true,
    description = "Show the options and examples of a command.",
    footer = {"", "Examples:", "  agentgate help submit"})
final class HelpCommand extends ClientCommand {
  @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Its name.")
  private @Nullable String command;

  @Spec private @Nullable CommandSpec spec;

  HelpCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    CommandLine root = Objects.requireNonNull(spec).root().commandLine();
    CommandLine wanted = command == null ? root : root.getSubcommands().get(command);
    if (wanted == null) {
      throw new CommandFailed(ExitCode.USAGE, "There is no command '" + command + "'.");
    }
    wanted.usage(session().console().out(), root.getColorScheme());
    return ExitCode.OK;
  }
}
