package dev.agentgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts the processes that the kernel has killed since boot because memory ran out, on the whole
 * machine ({@code oom_kill} in {@code /proc/vmstat}, Linux 4.13). Without a memory controller the
 * kernel does not say whose they were, so a caller compares the count before and after a run that a
 * SIGKILL of unknown origin ended.
 */
public final class OutOfMemoryKills {
  private static final String KEY = "oom_kill ";

  /** The kernel sums up all of its counters for each reader. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Path vmstat;
  private volatile @Nullable Known known;

  private record Known(long count, long readNanos) {}

  public OutOfMemoryKills() {
    this(Path.of("/proc/vmstat"));
  }

  OutOfMemoryKills(Path vmstat) {
    this.vmstat = vmstat;
  }

  /**
   * Returns the count as it was less than a moment ago. Cheap, so that it can be asked for before
   * each of many short runs.
   */
  public long countBefore() {
    Known last = known;
    if (last == null || System.nanoTime() - last.readNanos() >= FRESH_NANOS) {
      last = new Known(count(), System.nanoTime());
      known = last;
    }
    return last.count();
  }

  /** Returns the count now; 0 if the kernel does not provide it. */
  public long count() {
    try {
      return Files.readAllLines(vmstat).stream()
          .filter(line -> line.startsWith(KEY))
          .mapToLong(line -> Long.parseLong(line.substring(KEY.length()).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
