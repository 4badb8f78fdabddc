package dev.agentgate.store.postgres;

import java.time.Instant;

/**
 * Times as nanoseconds since 1970, because the type timestamptz would cut them to microseconds and
 * an order must be read as it was written. What lies beyond the year 2262 becomes the last time
 * that can be stored; orders carry such a time in their bodies only.
 */
final class StoredTime {
  private static final long NANOS = 1_000_000_000;
  private static final Instant FIRST = read(Long.MIN_VALUE + NANOS);
  private static final Instant LAST = read(Long.MAX_VALUE - NANOS);

  private StoredTime() {}

  static long write(Instant time) {
    Instant within = time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    return within.getEpochSecond() * NANOS + within.getNano();
  }

  static Instant read(long stored) {
    return Instant.ofEpochSecond(Math.floorDiv(stored, NANOS), Math.floorMod(stored, NANOS));
  }
}
