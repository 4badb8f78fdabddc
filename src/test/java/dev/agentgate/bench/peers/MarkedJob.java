package dev.agentgate.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A job with three processes: a shell, its child, and a child that left the session. A variable in
 * their environment marks them, and they are looked for in {@code /proc} without anybody's help.
 */
final class MarkedJob {
  /** How many processes the job has. */
  static final int PROCESSES = 3;

  private final String mark = "BENCH_JOB=" + UUID.randomUUID();

  /** Returns the script; it runs until it is ended. */
  String script() {
    return "exec env " + mark + " sh -c 'sleep 120 & setsid sleep 120 & wait'";
  }

  /** Returns whether all processes of the job are there. */
  boolean complete() {
    // A process that is about to become `sleep` has the mark already, but not yet its session.
    return processes().filter(MarkedJob::sleeps).count() == PROCESSES - 1
        && processes().count() == PROCESSES;
  }

  /** Counts the processes of the job that are alive. */
  int alive() {
    return Math.toIntExact(processes().count());
  }

  /** Ends what is left of the job. */
  void end() {
    for (long pid :
        processes().map(name -> Long.parseLong(name.getFileName().toString())).toList()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private static boolean sleeps(Path process) {
    return read(process.resolve("comm")).strip().equals("sleep");
  }

  private Stream<Path> processes() {
    List<Path> found = new ArrayList<>();
    try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        // A zombie has no environment any more.
        if (("\0" + read(process.resolve("environ"))).contains("\0" + mark + "\0")) {
          found.add(process);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // Ended meanwhile, or not ours.
    }
  }
}
