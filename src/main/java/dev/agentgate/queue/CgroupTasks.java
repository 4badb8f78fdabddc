package dev.agentgate.queue;

import dev.agentgate.process.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the own cgroup and those above it leave of their limits on processes and threads.
 *
 * @param groups the directories that may set one, the own first
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#pid">cgroup v2, PID</a>
 */
record CgroupTasks(List<Path> groups) {

  /** Finds them through {@code cgroup} of the own process; cgroup v2 is mounted where it should. */
  static CgroupTasks of(Path proc, Path root) {
    List<Path> groups = new ArrayList<>();
    try {
      Path mount = root.resolve("sys/fs/cgroup");
      Optional<String> own =
          MountInfo.read(proc.resolve("self/cgroup"))
              .lines()
              .filter(line -> line.startsWith("0::/"))
              .map(line -> MountInfo.plain(line.substring("0::/".length())))
              .findFirst();
      for (Path at = mount.resolve(own.orElse("")).normalize();
          at != null && at.startsWith(mount);
          at = at.getParent()) {
        groups.add(at);
      }
    } catch (IOException | InvalidPathException e) {
      return new CgroupTasks(List.of());
    }
    return new CgroupTasks(List.copyOf(groups));
  }

  /** The least that any of them leaves; {@link Long#MAX_VALUE} if none sets a limit. */
  long left() {
    long left = Long.MAX_VALUE;
    for (Path group : groups) {
      left = Math.min(left, leftOf(group));
    }
    return left;
  }

  private static long leftOf(Path group) {
    try {
      Path limit = group.resolve("pids.max");
      if (!Files.exists(limit)) {
        return Long.MAX_VALUE;
      }
      String max = Files.readString(limit).strip();
      return max.equals("max")
          ? Long.MAX_VALUE
          : Long.parseLong(max)
              - Long.parseLong(Files.readString(group.resolve("pids.current")).strip());
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
