package dev.agentgate.cli.command;

import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.manual.ManualPage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the manual page. */
@Command(
    name = "manual",
    description = "Print the manual page, for man.",
    footer = {
      "",
      "Examples:",
      "  agentgate manual | man -l -",
      "  agentgate manual > /usr/local/share/man/man1/agentgate.1"
    })
final class ManualCommand extends ClientCommand {
  @Spec private @Nullable CommandSpec spec;

  ManualCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    session()
        .console()
        .out()
        .print(ManualPage.of(Objects.requireNonNull(spec).root().commandLine()));
    return ExitCode.OK;
  }
}
