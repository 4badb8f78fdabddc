package dev.agentgate.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The system's clock, moved by as much as the test says. */
public final class SettableClock extends Clock {
  private volatile Clock base = Clock.systemUTC();
  private volatile Duration ahead = Duration.ZERO;

  /** From now on, only {@link #advance} moves the clock. */
  public void stop() {
    base = Clock.fixed(base.instant(), ZoneOffset.UTC);
  }

  public void advance(Duration by) {
    ahead = ahead.plus(by);
  }

  @Override
  public Instant instant() {
    return base.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
