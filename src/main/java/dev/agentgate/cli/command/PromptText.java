package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the prompt of an order. */
final class PromptText {
  private final Console console;

  PromptText(Console console) {
    this.console = console;
  }

  /** Reads it from the argument, the file, or standard input if that is not a terminal. */
  String read(@Nullable String argument, @Nullable Path file) {
    if (argument != null && file != null) {
      throw new CommandFailed(ExitCode.USAGE, "Give the prompt once: as an argument or as a file.");
    }
    String prompt = argument;
    if (file != null) {
      prompt = read(file);
    } else if (argument == null || argument.equals("-")) {
      if (argument == null && console.terminals().in()) {
        throw new CommandFailed(
            ExitCode.USAGE, "Say what to do: agentgate submit … \"Fix the login bug\".");
      }
      prompt = readInput();
    }
    if (prompt == null || prompt.isBlank()) {
      throw new CommandFailed(ExitCode.USAGE, "The prompt is empty.");
    }
    return prompt;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, file + " cannot be read as text in UTF-8.");
    }
  }

  private String readInput() {
    try {
      return new String(console.in().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "Standard input cannot be read.");
    }
  }
}
