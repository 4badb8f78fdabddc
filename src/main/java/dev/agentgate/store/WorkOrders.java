package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The orders of a {@link Store}, whose promises hold here. */
public interface WorkOrders {

  /**
   * Adds a new order.
   *
   * @return empty if it was added; the order that holds the same idempotency key if there is one,
   *     then nothing was added
   */
  @Writes
  Optional<WorkOrder> insert(WorkOrder order);

  /**
   * Replaces an order by its next revision. The lease of an order that goes on running stays as it
   * is stored: only {@link WorkQueue} changes leases.
   *
   * @return false if the stored revision is not {@code order.revision() - 1}, or the order is gone,
   *     or another instance owns it
   */
  @Writes
  boolean update(WorkOrder order);

  /**
   * Removes an order for good: when this returns true nothing of it is left, nor can it come back.
   * Its runs are the caller's to remove first.
   *
   * @param order at the revision that may be removed
   * @return false if the stored revision is another, or the order is gone, or another instance owns
   *     it
   */
  @Writes
  boolean remove(WorkOrder order);

  Optional<WorkOrder> find(WorkOrderId id);

  /** The order that was submitted with this idempotency key. */
  Optional<WorkOrder> findByIdempotencyKey(String key);

  /**
   * Reads an order of a list.
   *
   * @return empty if it is gone since, or damaged: {@link #find} tells of that, and one damaged
   *     order must not take the list away
   */
  default Optional<WorkOrder> findListed(WorkOrderId id) {
    try {
      return find(id);
    } catch (StoreUnavailableException e) {
      return Optional.empty();
    }
  }

  /**
   * Orders that match, newest first; not the orders themselves, which may be large.
   *
   * @param before only orders older than this one; empty: from the newest on
   * @param limit 1 or more
   */
  WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit);

  /** How many orders have which status. Cheap enough for every submit and every scrape. */
  StatusCounts counts();

  /**
   * Orders that came to one of these (terminal) statuses before {@code cutoff}, oldest first.
   *
   * @param limit how many at the most
   */
  List<WorkOrderId> terminalBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit);

  /** Every id in the store, in no order; for maintenance. */
  Iterator<WorkOrderId> ids();
}
