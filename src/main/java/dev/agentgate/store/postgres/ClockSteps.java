package dev.agentgate.store.postgres;

import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Notices if the database's clock gains on the service's own, because it was set or because a
 * server with another clock took over. All leases then seem to have ended although their instances
 * renew them. So nothing is concluded from them until every living instance has renewed its lease.
 */
final class ClockSteps {
  private static final Logger LOG = Logger.getLogger(ClockSteps.class);

  /** More than a clock gains between two looks while it is only corrected. */
  private static final Duration MOST = Duration.ofSeconds(1);

  /** The most that the database's clock was ahead at the last look. */
  private @Nullable Duration ahead;

  private Instant unsureUntil = Instant.MIN;

  /**
   * Whether leases that have ended by the database's clock have ended.
   *
   * @param before the service's time before the database was asked for its own
   * @param database the database's time
   * @param after the service's time after that
   * @param lease how long a lease lasts
   */
  synchronized boolean mayTrust(Instant before, Instant database, Instant after, Duration lease) {
    // Between the two, because the answer may have taken any time.
    Duration least = Duration.between(after, database);
    Duration most = Duration.between(before, database);
    Duration gained = ahead == null ? Duration.ZERO : least.minus(ahead);
    ahead = most;
    if (gained.compareTo(MOST) > 0) {
      LOG.warnf(
          "The clock of the database was set forward by %d s, so no orders are taken over for %d s",
          gained.toSeconds(), lease.toSeconds());
      unsureUntil = after.plus(lease);
    }
    return !after.isBefore(unsureUntil);
  }
}
