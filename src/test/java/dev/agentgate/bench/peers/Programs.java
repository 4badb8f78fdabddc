package dev.agentgate.bench.peers;

import dev.agentgate.bench.StartedProcesses;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds and runs programs of this machine. */
final class Programs {
  private static final int LIMIT_SECONDS = 60;

  private Programs() {}

  /** Returns whether all of these are on the {@code PATH}. */
  static boolean present(String... names) {
    return Arrays.stream(names).allMatch(name -> find(name).isPresent());
  }

  private static Optional<Path> find(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(File.pathSeparator, -1))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Runs a command to its end and returns what it printed on standard output. */
  static String output(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    process.getOutputStream().close();
    process
        .toHandle()
        .onExit()
        .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
        .exceptionally(_ -> {
          process.destroyForcibly();
          return process.toHandle();
        });
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(command + " ended with " + code + ": " + text);
    }
    return text.strip();
  }

  static String output(String... command) throws IOException, InterruptedException {
    return output(Map.of(), List.of(command));
  }

  /** Starts a command that is ended with the benchmark, its output in a file. */
  static Process start(List<String> command, Path log) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    StartedProcesses.add(process.toHandle());
    return process;
  }

  /** Returns the first number with dots in a text, as in "redis-cli 7.0.15". */
  static String versionIn(String text) {
    return Stream.of(text.split("[\\s=v]+", -1))
        .filter(word -> word.matches("[0-9]+(\\.[0-9]+)*"))
        .findFirst()
        .orElse(text);
  }

  /** Returns the memory of processes and all their descendants: proportional set size, in MiB. */
  static double memory(Collection<ProcessHandle> roots) throws IOException {
    long kib = 0;
    for (ProcessHandle process :
        roots.stream()
            .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
            .toList()) {
      kib += memory(process.pid());
    }
    return kib / 1024.0;
  }

  /** Returns the proportional set size of one process in KiB; zero if it has ended. */
  static long memory(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Pss:"))
          .map(line -> line.replaceAll("\\D+", ""))
          .mapToLong(Long::parseLong)
          .sum();
    } catch (NoSuchFileException | UncheckedIOException e) {
      return 0;
    }
  }
}
