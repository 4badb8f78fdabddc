package dev.agentgate.cli.command;

import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.manual.FishCompletion;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints completion scripts. */
@Command(
    name = "completion",
    description = "Print the completion script for a shell.",
    footer = {
      "",
      "Examples:",
      "  source <(agentgate completion bash)",
      "  agentgate completion fish > ~/.config/fish/completions/agentgate.fish"
    })
final class CompletionCommand extends ClientCommand {
  /** The shells there are scripts for. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell = Shell.bash;

  @Spec private @Nullable CommandSpec spec;

  CompletionCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    CommandLine root = Objects.requireNonNull(spec).root().commandLine();
    String script =
        switch (shell) {
          // picocli's script sets up zsh as well.
          case bash, zsh -> AutoComplete.bash(root.getCommandName(), root);
          case fish -> FishCompletion.of(root);
        };
    session().console().out().print(script);
    return ExitCode.OK;
  }
}
