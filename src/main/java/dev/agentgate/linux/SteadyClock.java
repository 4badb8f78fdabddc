package dev.agentgate.linux;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The service's time: the wall clock at the start of the service, plus what the kernel's clock has
 * counted since. Setting the wall clock does not move it, so differences between its times are true
 * and nothing happens early or late. It never goes back. Time during which the machine was
 * suspended counts. The resolution is a millisecond, as in answers and records. Safe for use by
 * many threads.
 */
public final class SteadyClock extends Clock {
  private static final Logger LOG = Logger.getLogger(SteadyClock.class);

  /** How often to ask the kernel for a suspend, and the wall clock for a step. */
  private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The kernel rounds its uptime to 10 ms, so a shorter suspend cannot be detected. */
  private static final Duration SHORTEST_SUSPEND = Duration.ofMillis(500);

  private static final Duration SMALLEST_STEP = Duration.ofSeconds(5);

  private final InstantSource wall;
  private final LongSupplier nanos;
  private final Supplier<Duration> uptime;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile Anchor anchor;
  private volatile long lookedNanos;

  /** How far the wall clock was ahead when that was last logged. */
  private Duration toldAhead = Duration.ZERO;

  /** One moment on all three clocks. */
  private record Anchor(Instant at, long nanos, Duration uptime) {
    Instant after(long now) {
      return at.plusNanos(now - nanos);
    }
  }

  /** Starts now. */
  public SteadyClock() {
    this(InstantSource.system(), System::nanoTime, KernelFacts::uptime);
  }

  /**
   * @param nanos monotonic; stands still while the machine is suspended
   * @param uptime of the machine, including suspends
   */
  SteadyClock(InstantSource wall, LongSupplier nanos, Supplier<Duration> uptime) {
    this.wall = wall;
    this.nanos = nanos;
    this.uptime = uptime;
    this.anchor = new Anchor(wall.instant(), nanos.getAsLong(), uptime.get());
    this.lookedNanos = anchor.nanos();
  }

  @Override
  public Instant instant() {
    if (nanos.getAsLong() - lookedNanos >= LOOK_EVERY_NANOS && looking.tryLock()) {
      try {
        look();
      } finally {
        looking.unlock();
      }
    }
    Anchor from = anchor;
    return from.after(nanos.getAsLong()).truncatedTo(ChronoUnit.MILLIS);
  }

  private void look() {
    long now = nanos.getAsLong();
    lookedNanos = now;
    try {
      Duration up = uptime.get();
      Duration slept = up.minus(anchor.uptime()).minus(Duration.ofNanos(now - anchor.nanos()));
      if (slept.compareTo(SHORTEST_SUSPEND) > 0) {
        anchor = new Anchor(anchor.after(now).plus(slept), now, up);
      }
    } catch (CannotLookException e) {
      LOG.debug("The kernel's uptime cannot be read now", e);
    }
    Duration ahead = Duration.between(anchor.after(now), wall.instant());
    if (ahead.minus(toldAhead).abs().compareTo(SMALLEST_STEP) > 0) {
      toldAhead = ahead;
      LOG.warnf(
          "The wall clock was set: it is %d s ahead of the service's own time, which continues as if"
              + " nothing had happened. Times in answers follow the wall clock again after a"
              + " restart.",
          ahead.toSeconds());
    }
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("The service's time is UTC");
  }
}
