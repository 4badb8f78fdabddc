package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private Instant wall = START;
  private long nanos = -7;
  private Duration uptime = Duration.ofDays(3);
  private boolean readable = true;
  private final SteadyClock clock = new SteadyClock(() -> wall, () -> nanos, this::uptime);

  private Duration uptime() {
    if (!readable) {
      throw new CannotLookException("The uptime", new IOException("Too many open files"));
    }
    return uptime;
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
    uptime = uptime.plus(time);
    wall = wall.plus(time);
  }

  @Test
  void itGoesWithTheWallClock() {
    assertThat(clock.instant()).isEqualTo(START);
    pass(Duration.ofMillis(1500));
    assertThat(clock.instant()).isEqualTo(START.plusMillis(1500));
    pass(Duration.ofDays(400));
    assertThat(clock.instant()).isEqualTo(START.plusMillis(1500).plus(Duration.ofDays(400)));
  }

  @Test
  void aStepOfTheWallClockDoesNotMoveIt() {
    for (Duration step : new Duration[] {Duration.ofHours(-2), Duration.ofHours(5)}) {
      wall = wall.plus(step);
      Instant before = clock.instant();
      pass(Duration.ofSeconds(30));
      assertThat(clock.instant()).isEqualTo(before.plusSeconds(30));
    }
  }

  @Test
  void aSuspendCounts() {
    pass(Duration.ofSeconds(10));
    uptime = uptime.plus(Duration.ofHours(8));
    pass(Duration.ofSeconds(2));
    Instant awake = START.plusSeconds(12).plus(Duration.ofHours(8));
    assertThat(clock.instant()).isEqualTo(awake);
    pass(Duration.ofSeconds(2));
    assertThat(clock.instant()).as("once").isEqualTo(awake.plusSeconds(2));
  }

  @Test
  void whatTheKernelRoundsIsNoSuspend() {
    for (int i = 0; i < 100; i++) {
      uptime = uptime.plusMillis(i % 2 == 0 ? 10 : -10);
      pass(Duration.ofSeconds(2));
      assertThat(clock.instant()).isEqualTo(START.plusSeconds(2L * (i + 1)));
    }
  }

  @Test
  void itGoesOnWhereTheUptimeCannotBeRead() {
    readable = false;
    pass(Duration.ofSeconds(5));
    assertThat(clock.instant()).isEqualTo(START.plusSeconds(5));
  }
}
