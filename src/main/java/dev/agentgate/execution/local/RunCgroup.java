package dev.agentgate.execution.local;

import dev.agentgate.linux.CannotLookException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cgroup of one run. A process that is started in it cannot leave it, so "not populated" proves
 * that nothing of the run is alive.
 *
 * @param path its directory, whether or not it exists
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 */
record RunCgroup(Path path) {

  /** Returns the file to which a process writes 0 to enter the cgroup. */
  Path processesFile() {
    return path.resolve("cgroup.procs");
  }

  /** Whether a process is alive in the cgroup or below it; false if the cgroup does not exist. */
  boolean isPopulated() {
    try {
      return Files.readString(path.resolve("cgroup.events"), StandardCharsets.ISO_8859_1)
          .contains("populated 1");
    } catch (IOException e) {
      // Any other failure, such as too many open files, proves nothing.
      return !Files.notExists(path);
    }
  }

  /** Returns the processes in the cgroup and in the cgroups that the agent created below it. */
  List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    for (Path directory : directories()) {
      read(directory.resolve("cgroup.procs")).lines().map(Long::parseLong).forEach(pids::add);
    }
    return pids;
  }

  /**
   * Sends SIGKILL to all its processes at once, so that no fork escapes. Kernels older than 5.14
   * cannot do this; there the cgroup is frozen instead.
   *
   * @return false if the cgroup was frozen, so that the caller must kill its processes and {@link
   *     #thaw} them
   */
  boolean kill() {
    if (write(path.resolve("cgroup.kill"), "1")) {
      return true;
    }
    write(path.resolve("cgroup.freeze"), "1");
    return false;
  }

  /** Thaws frozen processes, so that the signals sent to them take effect. */
  void thaw() {
    write(path.resolve("cgroup.freeze"), "0");
  }

  /**
   * Removes the cgroup. Idempotent.
   *
   * @return false if it still contains a live process
   */
  boolean remove() {
    boolean removed = true;
    for (Path directory : directories().reversed()) {
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException e) {
        removed = false;
      } catch (IOException e) {
        // EBUSY: the last process is dead but not gone yet. The caller tries again.
        removed = false;
      }
    }
    return removed;
  }

  /** Returns this directory and all below it, parents first. */
  private List<Path> directories() {
    if (read(path.resolve("cgroup.stat")).startsWith("nr_descendants 0\n")) {
      return List.of(path);
    }
    try (Stream<Path> tree =
        Files.find(path, Integer.MAX_VALUE, (at, kind) -> kind.isDirectory())) {
      return tree.sorted(Comparator.comparingInt(Path::getNameCount)).toList();
    } catch (UncheckedIOException e) {
      CannotLookException.throwIfShort(new IOException(e));
      return List.of();
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return List.of();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return ""; // ENOENT or ENODEV: removed before or after it was opened
    }
  }

  private static boolean write(Path file, String value) {
    try {
      Files.writeString(file, value, StandardOpenOption.WRITE);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
