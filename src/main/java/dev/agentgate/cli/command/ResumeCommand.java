package dev.agentgate.cli.command;

import dev.agentgate.cli.console.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a pause. */
@Command(
    name = "resume",
    description = "End a pause of the queue or of one agent.",
    footer = {"", "Examples:", "  agentgate resume", "  agentgate resume --agent claude-code"})
final class ResumeCommand extends ClientCommand {
  @Option(
      names = {"-a", "--agent"},
      paramLabel = "TYPE",
      description = "Only this agent.")
  private @Nullable String agent;

  ResumeCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    PauseCommand.change(session(), agent, "resume", "resumed", null);
    return ExitCode.OK;
  }
}
