package dev.agentgate.cli.command;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Applies a patch with {@code git apply}. */
final class GitApply {
  private final Path directory;
  private final boolean threeWay;

  /**
   * What git did.
   *
   * @param said its messages
   */
  record Result(int code, String said) {}

  GitApply(Path directory, boolean threeWay) {
    this.directory = directory.toAbsolutePath();
    this.threeWay = threeWay;
  }

  /** Applies the patch that is written into the sink. It is complete before git sees any of it. */
  Result run(Consumer<OutputStream> patch) {
    try {
      Path file = Files.createTempFile("agentgate-", ".patch");
      try {
        try (OutputStream sink = Files.newOutputStream(file)) {
          patch.accept(sink);
        }
        return Files.size(file) == 0 ? new Result(0, "The change is empty.") : apply(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result apply(Path file) {
    List<String> command = new ArrayList<>(List.of("git", "apply", "--binary"));
    if (threeWay) {
      command.add("--3way");
    }
    command.add(file.toString());
    try {
      Process git =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .start();
      git.getOutputStream().close();
      String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(git.waitFor(), said);
    } catch (IOException e) {
      throw new CommandFailed(ExitCode.USAGE, "git cannot be run in " + directory + ".");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.UNREACHABLE, "Interrupted.");
    }
  }
}
