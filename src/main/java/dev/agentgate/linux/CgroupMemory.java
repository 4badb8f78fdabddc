package dev.agentgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The memory that the limits of the service's own cgroup and of those above it leave. Page cache
 * that the kernel would give back at once ({@code inactive_file}) counts as free: a checkout fills
 * the cache, and a guard that counted the cache as used would stop all starts after a few agents.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files">cgroup
 *     v2, memory interface files</a>
 */
public final class CgroupMemory {
  /**
   * @param cache the key of {@code memory.stat} whose bytes can be reclaimed
   */
  private record Limit(Path max, Path current, Path stat, String cache) {}

  private final List<Limit> limits;

  private CgroupMemory(List<Limit> limits) {
    this.limits = limits;
  }

  /** Finds the limits through {@code mountinfo} and {@code cgroup} of this process. */
  public static CgroupMemory of(Path proc, Path root) {
    List<Limit> limits = new ArrayList<>();
    try {
      List<String> memberships = MountInfo.read(proc.resolve("self/cgroup")).lines().toList();
      for (String mount : MountInfo.read(proc.resolve("self/mountinfo")).lines().toList()) {
        String[] halves = mount.split(" - ", 2);
        if (halves.length < 2) {
          continue;
        }
        String[] left = halves[0].split(" ", -1);
        String[] right = halves[1].split(" ", -1);
        Path mounted = root.resolve(MountInfo.decode(left[4]).substring(1));
        String mountRoot = MountInfo.decode(left[3]);
        if (right[0].equals("cgroup2")) {
          find(memberships, "")
              .ifPresent(path ->
                  climb(
                      mounted,
                      mountRoot,
                      path,
                      "memory.max",
                      "memory.current",
                      "inactive_file",
                      limits));
        } else if (right[0].equals("cgroup")
            && Arrays.asList(right[2].split(",", -1)).contains("memory")) {
          find(memberships, "memory")
              .ifPresent(path ->
                  climb(
                      mounted,
                      mountRoot,
                      path,
                      "memory.limit_in_bytes",
                      "memory.usage_in_bytes",
                      "total_inactive_file",
                      limits));
        }
      }
    } catch (IOException | InvalidPathException e) {
      return new CgroupMemory(List.of());
    }
    return new CgroupMemory(limits);
  }

  private static Optional<String> find(List<String> memberships, String controller) {
    return memberships.stream()
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length == 3)
        .filter(parts ->
            controller.isEmpty()
                ? parts[1].isEmpty()
                : Arrays.asList(parts[1].split(",", -1)).contains(controller))
        .map(parts -> MountInfo.plain(parts[2]))
        .findFirst();
  }

  /**
   * In a container the mount shows the own cgroup as its root, whatever path the process's file
   * gives.
   */
  private static void climb(
      Path mounted,
      String mountRoot,
      String path,
      String max,
      String current,
      String cache,
      List<Limit> limits) {
    String below = path.startsWith(mountRoot) ? path.substring(mountRoot.length()) : path;
    Path group = mounted.resolve(below.startsWith("/") ? below.substring(1) : below).normalize();
    if (!group.startsWith(mounted) || !Files.isDirectory(group)) {
      group = mounted;
    }
    for (Path at = group; at != null && at.startsWith(mounted); at = at.getParent()) {
      if (Files.isReadable(at.resolve(max)) && Files.isReadable(at.resolve(current))) {
        limits.add(
            new Limit(at.resolve(max), at.resolve(current), at.resolve("memory.stat"), cache));
      }
    }
  }

  /** Bytes left; {@link Long#MAX_VALUE} if there is no limit. */
  public long left() {
    long least = Long.MAX_VALUE;
    for (Limit limit : limits) {
      least = Math.min(least, left(limit));
    }
    return least;
  }

  private static long left(Limit limit) {
    try {
      String max = Files.readString(limit.max()).strip();
      if (max.equals("max")) {
        return Long.MAX_VALUE;
      }
      long used = Long.parseLong(Files.readString(limit.current()).strip());
      return Math.max(0, Long.parseLong(max) - Math.max(0, used - cache(limit)));
    } catch (IOException | NumberFormatException e) {
      // The cgroup was removed or its format is unknown. It sets no limit that can be read.
      return Long.MAX_VALUE;
    }
  }

  private static long cache(Limit limit) throws IOException {
    if (!Files.isReadable(limit.stat())) {
      return 0;
    }
    for (String line : Files.readAllLines(limit.stat())) {
      String[] pair = line.split(" ", -1);
      if (pair.length == 2 && pair[0].equals(limit.cache())) {
        return Long.parseLong(pair[1]);
      }
    }
    return 0;
  }
}
