package dev.agentgate.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Measures how long a run has written nothing to its log. The monotonic clock decides. The log's
 * modification time comes from the wall clock: a change of it shows that the log was written, and
 * its value refines the result only if the wall clock was not set in between.
 */
public final class OutputWatch {
  /**
   * The two clocks may differ by this much between two looks, because NTP adjusts the wall clock
   * slowly.
   */
  private static final Duration NO_STEP = Duration.ofMillis(100);

  private final Path log;
  private final InstantSource wall;

  /** Empty while there is no log. */
  private Optional<Look> seen;

  /** The time of the last look, on both clocks. */
  private long lookedNanos;

  private Instant lookedAt;

  private long changedNanos;

  /**
   * What was seen of the log.
   *
   * @param modifiedAt compared as well, because a log that was truncated and rewritten may be as
   *     long as it was before
   */
  private record Look(long size, Instant modifiedAt) {
    static Optional<Look> at(Path log) {
      try {
        BasicFileAttributes found = Files.readAttributes(log, BasicFileAttributes.class);
        return Optional.of(new Look(found.size(), found.lastModifiedTime().toInstant()));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
  }

  private OutputWatch(Path log, InstantSource wall, Duration silence) {
    this.log = log;
    this.wall = wall;
    this.seen = Look.at(log);
    this.lookedNanos = System.nanoTime();
    this.lookedAt = wall.instant();
    this.changedNanos = lookedNanos - silence.toNanos();
  }

  /**
   * Begins to watch a run.
   *
   * @param age the age of the run's process, which is the longest that it can have been silent
   */
  public static OutputWatch begin(RunDirectory run, Duration age) {
    return begin(run, age, InstantSource.system());
  }

  public static OutputWatch begin(RunDirectory run, Duration age, InstantSource wall) {
    // A process that has just started was not silent yet, whatever the clocks say.
    Duration silence = age.isZero() ? age : silenceSoFar(run, age, wall.instant());
    return new OutputWatch(run.outputLog(), wall, silence);
  }

  /**
   * Returns the silence according to the log's modification time. If the wall clock was stepped
   * after the process started, the step is subtracted. It is unknown whether the step came before
   * or after the last output, so the shorter silence counts.
   */
  private static Duration silenceSoFar(RunDirectory run, Duration age, Instant now) {
    Optional<Instant> written = Look.at(run.outputLog()).map(Look::modifiedAt);
    if (written.isEmpty()) {
      return Duration.ZERO;
    }
    Duration byLog = Duration.between(written.get(), now);
    Duration step =
        Look.at(run.processFile())
            .map(Look::modifiedAt)
            .map(began -> Duration.between(began, now).minus(age))
            .orElse(Duration.ZERO);
    Duration corrected = byLog.minus(step);
    Duration silence =
        byLog.isNegative() || (!corrected.isNegative() && corrected.compareTo(byLog) < 0)
            ? corrected
            : byLog;
    if (silence.isNegative()) {
      return Duration.ZERO;
    }
    return silence.compareTo(age) < 0 ? silence : age;
  }

  /** Returns how long nothing has been written. */
  public Duration silence() {
    long now = System.nanoTime();
    Instant at = wall.instant();
    Optional<Look> look = Look.at(log);
    if (!look.equals(seen)) {
      seen = look;
      changedNanos = now - sinceWritten(Duration.ofNanos(now - lookedNanos), at).toNanos();
    }
    lookedNanos = now;
    lookedAt = at;
    return Duration.ofNanos(now - changedNanos);
  }

  /**
   * Returns how long ago the log was written, given that it has changed since the last look. Zero
   * if the wall clock was set in between.
   */
  private Duration sinceWritten(Duration sinceLook, Instant at) {
    if (Duration.between(lookedAt, at).minus(sinceLook).abs().compareTo(NO_STEP) > 0) {
      return Duration.ZERO;
    }
    return seen.map(Look::modifiedAt)
        .map(written -> Duration.between(written, at))
        .filter(age -> !age.isNegative() && age.compareTo(sinceLook) <= 0)
        .orElse(Duration.ZERO);
  }
}
