package dev.agentgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The number of processes and threads that the limits of the service's own cgroup and of those
 * above it leave.
 *
 * @param groups the directories that may set a limit, the service's own first
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#pid">cgroup v2, PID</a>
 */
public record CgroupTasks(List<Path> groups) {

  /**
   * Finds them through {@code mountinfo} and {@code cgroup} of this process.
   *
   * @param root the directory that the mount points of {@code proc}'s {@code mountinfo} are below
   */
  public static CgroupTasks of(Path proc, Path root) {
    List<Path> groups = new ArrayList<>();
    try {
      for (Path at = MountInfo.ownCgroup(proc).orElse(null); at != null; at = at.getParent()) {
        Path group = root.resolve(at.toString().substring(1));
        // No directory above the mount sets a limit.
        if (Files.exists(group.resolve("cgroup.procs"))) {
          groups.add(group);
        }
      }
    } catch (IOException | InvalidPathException e) {
      return new CgroupTasks(List.of());
    }
    return new CgroupTasks(List.copyOf(groups));
  }

  /** The tightest of the limits; {@link Long#MAX_VALUE} if none is set. */
  public long left() {
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
