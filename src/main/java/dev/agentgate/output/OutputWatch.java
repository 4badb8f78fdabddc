package dev.agentgate.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * How long a run's log has not been written, by the monotonic clock. The log's own time, which is
 * the wall clock's, says that it was written; when that was it only refines, and only where this
 * clock was not set meanwhile.
 */
public final class OutputWatch {
  /** How far two looks may differ on both clocks: what NTP corrects a little at a time. */
  private static final Duration NO_STEP = Duration.ofMillis(100);

  private final Path log;
  private final InstantSource wall;
  private long size;

  /** A log that is cut off and written again may be as long as before. */
  private Optional<Instant> modifiedAt;

  /** The last look, on both clocks. */
  private long lookedNanos;

  private Instant lookedAt;

  private long changedNanos;

  private OutputWatch(Path log, InstantSource wall, Duration silence) {
    this.log = log;
    this.wall = wall;
    this.size = sizeNow();
    this.modifiedAt = modifiedAt(log);
    this.lookedNanos = System.nanoTime();
    this.lookedAt = wall.instant();
    this.changedNanos = lookedNanos - silence.toNanos();
  }

  /**
   * Begins to watch a run.
   *
   * @param age of its process: how long it can have been silent at the most
   */
  public static OutputWatch begin(RunDirectory run, Duration age) {
    return begin(run, age, InstantSource.system());
  }

  public static OutputWatch begin(RunDirectory run, Duration age, InstantSource wall) {
    return new OutputWatch(run.outputLog(), wall, silenceSoFar(run, age, wall.instant()));
  }

  /**
   * What the log's time says, less the step that the wall clock made since the process started, if
   * it made one. Before or after the last output is not known: the shorter silence counts.
   */
  private static Duration silenceSoFar(RunDirectory run, Duration age, Instant now) {
    Optional<Instant> written = modifiedAt(run.outputLog());
    if (written.isEmpty()) {
      return Duration.ZERO;
    }
    Duration byLog = Duration.between(written.get(), now);
    Duration step =
        modifiedAt(run.processFile())
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

  /** How long nothing was written. */
  public Duration silence() {
    long now = System.nanoTime();
    Instant at = wall.instant();
    long sizeNow = sizeNow();
    Optional<Instant> modifiedNow = modifiedAt(log);
    if (sizeNow != size || !modifiedNow.equals(modifiedAt)) {
      size = sizeNow;
      modifiedAt = modifiedNow;
      changedNanos = now - sinceWritten(Duration.ofNanos(now - lookedNanos), at).toNanos();
    }
    lookedNanos = now;
    lookedAt = at;
    return Duration.ofNanos(now - changedNanos);
  }

  /**
   * How long ago the log was written that has changed since the last look; zero if the wall clock
   * was set in between.
   */
  private Duration sinceWritten(Duration sinceLook, Instant at) {
    if (Duration.between(lookedAt, at).minus(sinceLook).abs().compareTo(NO_STEP) > 0) {
      return Duration.ZERO;
    }
    return modifiedAt(log)
        .map(written -> Duration.between(written, at))
        .filter(age -> !age.isNegative() && age.compareTo(sinceLook) <= 0)
        .orElse(Duration.ZERO);
  }

  private static Optional<Instant> modifiedAt(Path file) {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private long sizeNow() {
    try {
      return Files.size(log);
    } catch (IOException e) {
      return 0;
    }
  }
}
