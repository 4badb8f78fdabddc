package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The changes in a {@link Store}, including those that other instances made. The changes of one
 * order appear in the order in which they were made. Renewing a lease is not a change.
 *
 * <p>Only the latest changes are kept. A reader that falls too far behind is told that it has
 * missed some; it must then read the orders again from {@link WorkOrders}.
 */
public interface ChangeFeed {

  /** Returns the end of the feed: every later change comes after it. */
  Position latest();

  /**
   * Returns the changes after a position, oldest first; an order may appear several times.
   *
   * @param limit the most changes to return
   */
  Changes after(Position position, int limit);

  /**
   * Waits until {@link #after} has something to return.
   *
   * @return false if there is still nothing after {@code atMost}
   */
  boolean await(Position position, Duration atMost) throws InterruptedException;

  /**
   * Calls {@code wake} whenever other instances may have changed something, until the store is
   * closed. It may be called without a change. It must return at once.
   */
  default void whenOthersChange(Runnable wake) {}

  /**
   * A place in a feed.
   *
   * @param feed the id of the feed; opening the store again may begin another one
   */
  record Position(String feed, long number) {

    /** Returns the place behind the next change. */
    public Position next() {
      return new Position(feed, number + 1);
    }
  }

  /**
   * An order has reached another revision.
   *
   * @param status empty: the order was removed
   */
  record Entry(WorkOrderId order, long revision, Optional<WorkOrderStatus> status) {}

  /**
   * A part of the feed.
   *
   * @param next the position to continue from
   * @param gap whether changes after the position are no longer available; {@code entries} is then
   *     empty
   */
  record Changes(List<Entry> entries, Position next, boolean gap) {
    public Changes {
      entries = List.copyOf(entries);
    }
  }
}
