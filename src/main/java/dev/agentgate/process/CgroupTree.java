package dev.agentgate.process;

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
 * the service and carry the run's name, so the next one finds them.
 */
final class CgroupTree {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final Path OWN = Path.of("/proc/self/cgroup");
  private static final long PROBE_SECONDS = 5;

  private final Path root;

  private CgroupTree(Path root) {
    this.root = root;
  }

  /**
   * Finds the place for runs' cgroups and tries it out with a process that enters one. It is
   * missing where the host has no cgroup v2 or does not delegate the service's own (in most
   * containers it is mounted read-only).
   *
   * @param runs the directory of all runs, which keeps two services on one machine apart
   */
  static Optional<CgroupTree> find(Path runs) {
    try {
      return ownDirectory(MountInfo.read(MOUNTS), MountInfo.read(OWN))
          .map(own -> own.resolve("agentgate-" + Integer.toHexString(runs.toString().hashCode())))
          .map(CgroupTree::new)
          .filter(CgroupTree::works);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * The service's own cgroup as a directory.
   *
   * @param mounts proc_pid_mountinfo(5): fields 4 and 5 are the mounted part and where it is
   * @param own cgroups(7), {@code /proc/pid/cgroup}: version 2 is the line of hierarchy 0
   */
  static Optional<Path> ownDirectory(String mounts, String own) {
    Optional<Path> path =
        own.lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> Path.of(MountInfo.plain(line.substring("0::".length()))))
            .filter(at -> at.equals(at.normalize()) && !at.startsWith("/.."))
            .findFirst();
    return path.flatMap(at ->
        mounts
            .lines()
            .filter(line -> line.contains(" - cgroup2 "))
            .map(line -> line.split(" ", 6))
            .map(fields -> new Mount(MountInfo.decode(fields[3]), MountInfo.decode(fields[4])))
            .filter(mount -> at.startsWith(mount.part()))
            .map(mount -> Path.of(mount.point()).resolve(Path.of(mount.part()).relativize(at)))
            .findFirst());
  }

  private record Mount(String part, String point) {}

  private boolean works() {
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

  /** The cgroup of a run, whether it exists or not. */
  RunCgroup of(RunId run) {
    return new RunCgroup(root.resolve(run.value()));
  }

  /** Makes the cgroup of a run; empty where the kernel refuses (there may be too many). */
  Optional<RunCgroup> make(RunId run) {
    RunCgroup cgroup = of(run);
    try {
      Files.createDirectories(cgroup.path());
      return Optional.of(cgroup);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Every run that has a cgroup. */
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

  /** Removes the directory of all runs if no run has a cgroup left. */
  void removeIfEmpty() {
    try {
      Files.deleteIfExists(root);
    } catch (IOException e) {
      // It is in use.
    }
  }
}
