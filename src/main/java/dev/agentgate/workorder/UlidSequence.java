package dev.agentgate.workorder;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidCreator;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Creates ULIDs that sort in the order in which they were created, even if the clock goes back: if
 * the time is not later than that of the last ULID, the last one is incremented. Safe for use by
 * many threads.
 *
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
final class UlidSequence {
  /**
   * Times from here on (the year 6429) cannot come from a clock. A sequence that followed an id
   * with such a time would run out of ids.
   */
  private static final long LATEST_FOLLOWED = 1L << 47;

  private final AtomicReference<Ulid> last = new AtomicReference<>(Ulid.MIN);

  /**
   * Returns the next ULID: one with this time, or the successor of the last one if that has a later
   * time.
   */
  Ulid next(Instant now) {
    long millis = now.toEpochMilli();
    return last.updateAndGet(
        before -> millis > before.getTime() ? UlidCreator.getUlid(millis) : before.increment());
  }

  /** Makes all later ULIDs sort after this one, which an earlier process created. */
  void follow(Ulid earlier) {
    if (earlier.getTime() < LATEST_FOLLOWED) {
      last.accumulateAndGet(earlier, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    }
  }

  /** Returns the smallest ULID of a moment; a moment that no ULID can have is moved to the next. */
  static Ulid firstOf(Instant moment) {
    return Ulid.min(Math.clamp(moment.getEpochSecond(), 0, LATEST_FOLLOWED / 1000) * 1000);
  }
}
