package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidCreator;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes ULIDs that sort in the order in which they were made, whatever the clock does meanwhile: a
 * time that is not later than that of the last one only counts it up. Safe for threads.
 *
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
final class UlidSequence {
  /**
   * Times from here on (the year 6429) come from no clock. A sequence that followed such an id
   * would run out of ids.
   */
  private static final long LATEST_FOLLOWED = 1L << 47;

  private final AtomicReference<Ulid> last = new AtomicReference<>(Ulid.MIN);

  /** The next one: of this time, or right behind the last one if that is of a later time. */
  Ulid next(Instant now) {
    long millis = now.toEpochMilli();
    return last.updateAndGet(
        before -> millis > before.getTime() ? UlidCreator.getUlid(millis) : before.increment());
  }

  /** Lets every later one sort behind this one, which an earlier process made. */
  void follow(String earlier) {
    Ulid ulid = Ulid.from(earlier);
    if (ulid.getTime() < LATEST_FOLLOWED) {
      last.accumulateAndGet(ulid, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
  }
}
