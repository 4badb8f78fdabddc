package dev.agentgate.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PursuitTest {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  @Test
  void newestProcessAndThoseRightBeforeItAreKilledIfTheyBelong() throws Exception {
    Process ours = sleeper();
    Process other = sleeper();
    try {
      int killed = pursue(pid -> pid == ours.pid(), other.pid(), ours.pid() + 2);

      assertThat(killed).isEqualTo(1);
      assertThat(ours.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(other.isAlive()).isTrue();
    } finally {
      ours.destroyForcibly();
      other.destroyForcibly();
    }
  }

  @Test
  void pidsThatBeginAnewAreLookedAtAgain() throws Exception {
    Process process = sleeper();
    List<Long> asked = new ArrayList<>();
    try {
      int killed =
          pursue(
              pid -> {
                asked.add(pid);
                // Never a foreign process, which may have one of the pids just below.
                return pid == process.pid() && asked.indexOf(pid) != asked.lastIndexOf(pid);
              },
              // The second number is below the first: the kernel went round in between.
              LongStream.concat(
                      LongStream.generate(process::pid).limit(40),
                      LongStream.of(process.pid() - 1, process.pid()))
                  .toArray());

      assertThat(asked).filteredOn(pid -> pid == process.pid()).hasSizeGreaterThanOrEqualTo(2);
      assertThat(killed).isPositive();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void lowPidsAndNoPidAtAllAreNoTrouble() {
    assertThat(pursue(pid -> false, 1, 3)).isZero();
    assertThat(new Pursuit(OptionalLong::empty, pid -> true, clock()).pursue(LONGEST)).isZero();
  }

  /** The last number stays the newest. */
  private static int pursue(LongPredicate belongs, long... newest) {
    Iterator<Long> numbers = LongStream.of(newest).iterator();
    long last = newest[newest.length - 1];
    return new Pursuit(
            () -> OptionalLong.of(numbers.hasNext() ? numbers.next() : last), belongs, clock())
        .pursue(LONGEST);
  }

  /** A clock by which each look takes the same short time, however slow the machine is. */
  private static LongSupplier clock() {
    long[] now = new long[1];
    return () -> now[0] += 10_000;
  }

  private static Process sleeper() throws Exception {
    return new ProcessBuilder("sleep", "60").start();
  }
}
