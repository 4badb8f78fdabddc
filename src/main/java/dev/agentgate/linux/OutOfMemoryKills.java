package dev.agentgate.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the processes that the kernel has killed since boot because memory ran out, on the whole
 * machine ({@code oom_kill} in {@code /proc/vmstat}, Linux 4.13). Without a memory controller the
 * kernel does not say whose they were, so a caller compares the count before and after a run that a
 * SIGKILL of unknown origin ended.
 */
public final class OutOfMemoryKills {
  private static final String KEY = "oom_kill ";

  private final Path vmstat;

  public OutOfMemoryKills() {
    this(Path.of("/proc/vmstat"));
  }

  OutOfMemoryKills(Path vmstat) {
    this.vmstat = vmstat;
  }

  /** The count; 0 if the kernel does not provide it. */
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
