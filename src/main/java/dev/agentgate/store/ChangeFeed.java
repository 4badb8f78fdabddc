package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What changed in a {@link Store}, whoever changed it, in an order in which the changes of one
 * order follow each other as they were made. A renewed lease is no change.
 *
 * <p>Only the latest changes are kept. A reader that was away for too long is told of the gap, and
 * reads what it needs from {@link WorkOrders} again.
 */
public interface ChangeFeed {

  /** Where the feed is now: what changes from now on comes after it. */
  Position latest();

  /**
   * What changed after a position, oldest first; an order may be there several times.
   *
   * @param limit how many changes at the most
   */
  Changes after(Position position, int limit);

  /**
   * Waits until {@link #after} has something to tell.
   *
   * @return false if it has nothing after so long
   */
  boolean await(Position position, Duration atMost) throws InterruptedException;

  /**
   * A place in a feed.
   *
   * @param feed which one: another may begin when the store is opened again
   */
  record Position(String feed, long number) {}

  /**
   * An order is at another revision.
   *
   * @param status empty: it was removed
   */
  record Entry(WorkOrderId order, long revision, Optional<WorkOrderStatus> status) {}

  /**
   * A part of the feed.
   *
   * @param next where to go on from
   * @param gap whether changes after the position are lost to the feed; then {@code entries} is
   *     empty
   */
  record Changes(List<Entry> entries, Position next, boolean gap) {
    public Changes {
      entries = List.copyOf(entries);
    }
  }
}
