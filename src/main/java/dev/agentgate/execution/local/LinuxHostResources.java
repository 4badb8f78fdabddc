package dev.agentgate.execution.local;

import dev.agentgate.execution.HostResources;
import dev.agentgate.linux.CgroupMemory;
import dev.agentgate.linux.CgroupTasks;
import dev.agentgate.linux.FullDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel. Memory is {@code MemAvailable} of {@code /proc/meminfo} or what the cgroup's
 * limit leaves, whichever is less (version 2 {@code memory.max}, version 1 {@code
 * memory.limit_in_bytes}). Disk is the data directory's file system: its free bytes, and its free
 * inodes from {@code stat -f}.
 */
public final class LinuxHostResources implements HostResources {
  private static final Logger LOG = Logger.getLogger(LinuxHostResources.class);
  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

  /** The soft limit. The JVM has raised it to the hard limit by now. */
  private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d+)");

  /** Asking for inodes costs a process, and they do not run out in a moment. */
  private static final long INODES_FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path dataDirectory;
  private final Path proc;
  private final CgroupMemory cgroup;
  private volatile Inodes inodes =
      new Inodes(Long.MAX_VALUE, System.nanoTime() - INODES_FRESH_NANOS);

  private volatile @Nullable FileStore fileStore;

  /** Cached, because one health answer asks for it many times. */
  private static final long DESCRIPTORS_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final long maxDescriptors;
  private final CgroupTasks tasks;
  private volatile Descriptors descriptors =
      new Descriptors(0, System.nanoTime() - DESCRIPTORS_FRESH_NANOS);

  private record Inodes(long free, long askedNanos) {}

  private record Descriptors(long open, long askedNanos) {}

  public LinuxHostResources(Path dataDirectory) {
    this(dataDirectory, Path.of("/proc"), Path.of("/"));
  }

  /**
   * For tests.
   *
   * @param proc a directory like {@code /proc}
   * @param root the directory that the mount points of {@code proc}'s {@code mountinfo} are below
   */
  LinuxHostResources(Path dataDirectory, Path proc, Path root) {
    this.dataDirectory = dataDirectory;
    this.proc = proc;
    this.cgroup = CgroupMemory.of(proc, root);
    this.tasks = CgroupTasks.of(proc, root);
    this.maxDescriptors = descriptorLimit(proc);
  }

  @Override
  public long availableMemory() {
    long available = Long.MAX_VALUE;
    try {
      Matcher line = AVAILABLE.matcher(Files.readString(proc.resolve("meminfo")));
      if (line.find()) {
        available = Long.parseLong(line.group(1)) * 1024;
      }
    } catch (IOException e) {
      LOG.debug("The available memory cannot be read", e);
    }
    return Math.min(available, cgroup.left());
  }

  @Override
  public long freeDisk() {
    try {
      FileStore known = fileStore;
      if (known == null) {
        // Finding the file store reads the mount table; asking it costs one call.
        known = Files.getFileStore(dataDirectory);
        fileStore = known;
      }
      return known.getUsableSpace();
    } catch (IOException e) {
      LOG.debug("The free disk cannot be read", e);
      return Long.MAX_VALUE;
    }
  }

  @Override
  public long freeInodes() {
    Inodes known = inodes;
    if (System.nanoTime() - known.askedNanos() >= INODES_FRESH_NANOS) {
      known = new Inodes(askInodes().orElse(Long.MAX_VALUE), System.nanoTime());
      inodes = known;
    }
    return known.free();
  }

  @Override
  public boolean isFullDisk(Throwable failure) {
    return FullDisk.isBehind(failure);
  }

  @Override
  public long openDescriptors() {
    Descriptors known = descriptors;
    if (System.nanoTime() - known.askedNanos() >= DESCRIPTORS_FRESH_NANOS) {
      String[] names = proc.resolve("self/fd").toFile().list();
      // Listing them needs one more descriptor. If that fails, none is left.
      known = new Descriptors(names == null ? maxDescriptors : names.length - 1, System.nanoTime());
      descriptors = known;
    }
    return known.open();
  }

  @Override
  public long maxDescriptors() {
    return maxDescriptors;
  }

  @Override
  public long freeTasks() {
    return tasks.left();
  }

  private static long descriptorLimit(Path proc) {
    try {
      Matcher line = OPEN_FILES.matcher(Files.readString(proc.resolve("self/limits")));
      return line.find() ? Long.parseLong(line.group(1)) : Long.MAX_VALUE;
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * Total and free inodes. A file system that creates inodes as needed (btrfs) reports a total of
   * zero.
   */
  private Optional<Long> askInodes() {
    try {
      Process stat =
          new ProcessBuilder("stat", "-f", "-c", "%c %d", dataDirectory.toString())
              .redirectErrorStream(true)
              .start();
      stat.getOutputStream().close();
      String answer =
          new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      if (stat.waitFor() != 0) {
        return Optional.empty();
      }
      String[] numbers = answer.split(" ", -1);
      return Long.parseLong(numbers[0]) == 0
          ? Optional.empty()
          : Optional.of(Long.parseLong(numbers[1]));
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      LOG.debug("The number of free inodes cannot be read", e);
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
