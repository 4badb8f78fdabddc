package dev.agentgate.cli.doctor;

import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.HumanText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs on the PATH, and their versions. */
final class Programs {
  private static final int PATIENCE_SECONDS = 10;
  private static final int LONGEST_VERSION = 60;

  private final Console console;

  Programs(Console console) {
    this.console = console;
  }

  boolean has(String name) {
    for (String directory : console.variable("PATH").orElse("").split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
        return true;
      }
    }
    return false;
  }

  /** The first line that {@code name --version} prints; empty if it prints none. */
  Optional<String> version(String name) {
    try {
      Process process =
          new ProcessBuilder(name, "--version")
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String first = HumanText.cut(HumanText.firstLine(said), LONGEST_VERSION);
      return process.exitValue() == 0 && !first.isEmpty() ? Optional.of(first) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
