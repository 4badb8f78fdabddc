package dev.agentgate.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * How long a run's log has not grown. Silence is measured by the monotonic clock once it is seen.
 */
final class OutputWatch {
  private final Path log;
  private final Clock clock;
  private long size;
  private long changedNanos;

  /** Begins to watch; output from before counts by the file's own time. */
  OutputWatch(Path log, Clock clock) {
    this.log = log;
    this.clock = clock;
    this.size = sizeNow();
    this.changedNanos = System.nanoTime() - sinceModified(Duration.ofDays(1)).toNanos();
  }

  /** How long nothing was written. */
  Duration silence() {
    long now = System.nanoTime();
    long sizeNow = sizeNow();
    if (sizeNow != size) {
      size = sizeNow;
      Duration sinceSeen = Duration.ofNanos(now - changedNanos);
      changedNanos = now - sinceModified(sinceSeen).toNanos();
    }
    return Duration.ofNanos(now - changedNanos);
  }

  private long sizeNow() {
    try {
      return Files.size(log);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * The file's age by the wall clock, between zero and {@code most}: the clock may have been set.
   */
  private Duration sinceModified(Duration most) {
    try {
      Duration age = Duration.between(Files.getLastModifiedTime(log).toInstant(), clock.instant());
      if (age.isNegative()) {
        return Duration.ZERO;
      }
      return age.compareTo(most) < 0 ? age : most;
    } catch (IOException e) {
      return Duration.ZERO;
    }
  }
}
