package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks before something is done to many orders. */
final class Confirmation {
  private final Console console;

  Confirmation(Console console) {
    this.console = console;
  }

  /** Asks; false if the user says no. Where nobody can answer, `--yes` is needed. */
  boolean ask(String question) {
    if (!console.terminals().in()) {
      throw new CommandFailed(
          ExitCode.USAGE, question + " Add --yes to do it, or --dry-run to see how many.");
    }
    console.err().print(question + " [y/N] ");
    console.err().flush();
    try {
      String answer =
          new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8))
              .readLine();
      return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    } catch (IOException e) {
      return false;
    }
  }
}
