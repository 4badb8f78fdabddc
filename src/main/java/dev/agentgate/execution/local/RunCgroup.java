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
 * The cgroup of one run. What is started in it cannot leave it, so that "not populated" proves that
 * nothing of the run lives.
 *
 * @param path its directory, whether it exists or not
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Control Group v2</a>
 */
record RunCgroup(Path path) {

  /** Where a process writes 0 to enter. */
  Path processesFile() {
    return path.resolve("cgroup.procs");
  }

  /** Whether a process lives in it or below it; a cgroup that does not exist holds none. */
  boolean isPopulated() {
    try {
      return Files.readString(path.resolve("cgroup.events"), StandardCharsets.ISO_8859_1)
          .contains("populated 1");
    } catch (IOException e) {
      // Whatever else went wrong (say, too many open files), it proves nothing.
      return Files.exists(path);
    }
  }

  /** The processes in it and in the cgroups that the agent made below it. */
  List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    for (Path directory : directories()) {
      read(directory.resolve("cgroup.procs")).lines().map(Long::parseLong).forEach(pids::add);
    }
    return pids;
  }

  /**
   * Sends SIGKILL to all of it at once; a fork cannot outrun it. Where the kernel is older than
   * 5.14, it is frozen first, and {@code false} says that the caller has to kill and {@link #thaw}.
   */
  boolean kill() {
    if (write(path.resolve("cgroup.kill"), "1")) {
      return true;
    }
    write(path.resolve("cgroup.freeze"), "1");
    return false;
  }

  /** Lets frozen processes run, that is: die of the signals they were sent. */
  void thaw() {
    write(path.resolve("cgroup.freeze"), "0");
  }

  /**
   * Removes it. Idempotent.
   *
   * @return false if something still lives in it
   */
  boolean remove() {
    boolean removed = true;
    for (Path directory : directories().reversed()) {
      try {
        Files.deleteIfExists(directory);
      } catch (DirectoryNotEmptyException e) {
        removed = false;
      } catch (IOException e) {
        // EBUSY: the last process is dead but not yet gone; the caller tries again.
        removed = false;
      }
    }
    return removed;
  }

  /** Itself and all below it, parents first. */
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
