package dev.agentgate.execution.local;

import dev.agentgate.linux.MountInfo;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The cgroups of all runs, below the service's own: {@code agentgate-<data>/<runId>}. They outlive
 * the service and are named after the runs, so the next process of the service finds them.
 */
final class CgroupTree {
  private static final Path PROC = Path.of("/proc");
  private static final long PROBE_SECONDS = 5;

  private final Path root;
  private final EarlyEntry earlyEntry;

  private CgroupTree(Path root, EarlyEntry earlyEntry) {
    this.root = root;
    this.earlyEntry = earlyEntry;
  }

  /**
   * Finds the place for the cgroups of runs, and tests it with a process that enters one. Empty if
   * the host has no cgroup v2 or does not delegate the service's own cgroup. Most containers do
   * not: they mount it read-only.
   *
   * @param runs the directory of all runs, which tells two services on one machine apart
   */
  static Optional<CgroupTree> find(Path runs) {
    try {
      String place = EarlyEntry.place();
      return MountInfo.ownCgroup(PROC)
          .flatMap(home -> {
            Path root =
                home.resolve("agentgate-" + Integer.toHexString(runs.toString().hashCode()));
            return works(root)
                ? Optional.of(new CgroupTree(root, new EarlyEntry(home, place)))
                : Optional.empty();
          });
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean works(Path root) {
    RunCgroup probe = new RunCgroup(root.resolve("probe-" + ProcessHandle.current().pid()));
    try {
      Files.createDirectories(probe.path());
      ProcessBuilder entering =
          new ProcessBuilder(
                  "sh", "-c", "echo 0 >\"$1\"", "probe", probe.processesFile().toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      entering.environment().clear();
      Process process = entering.start();
      return process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      probe.remove();
    }
  }

  /** Returns the cgroup of a run, whether or not it exists. */
  RunCgroup of(RunId run) {
    return new RunCgroup(root.resolve(run.value()));
  }

  /**
   * Creates the cgroup of a run; empty if the kernel refuses, for example because there are too
   * many.
   */
  Optional<RunCgroup> make(RunId run) {
    RunCgroup cgroup = of(run);
    try {
      try {
        Files.createDirectory(cgroup.path());
      } catch (IOException e) {
        // It is there already, or the directory of all runs is not there yet.
        Files.createDirectories(cgroup.path());
      }
      return Optional.of(cgroup);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns every run that has a cgroup. */
  List<RunId> runs() {
    try (Stream<Path> directories = Files.list(root)) {
      return directories
          .map(directory -> RunId.parse(String.valueOf(directory.getFileName())))
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Prepares for a run that will enter its cgroup in a moment. Returns at once. */
  void expectEntry() {
    earlyEntry.begin();
  }

  /** Removes the directory of all runs unless a run still has a cgroup. */
  void close() {
    earlyEntry.close();
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      // A run still has a cgroup.
    }
  }
}
