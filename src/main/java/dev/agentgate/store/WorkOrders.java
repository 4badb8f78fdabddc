package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The orders of a {@link Store}, with the guarantees of the store. */
public interface WorkOrders {

  /**
   * Adds a new order.
   *
   * @return empty if the order was added; otherwise the existing order with the same idempotency
   *     key
   */
  @Writes
  Optional<WorkOrder> insert(WorkOrder order);

  /**
   * Adds new orders in one step, which costs little more than adding one of them. The orders are
   * independent of each other. If this throws an exception, none of them was added.
   *
   * @return for each order, in turn, what {@link #insert} returns. An order finds the idempotency
   *     keys of the orders before it in the list
   */
  @Writes
  List<Optional<WorkOrder>> insertAll(List<WorkOrder> orders);

  /**
   * Replaces an order by its next revision. If the order is running and stays so, its stored lease
   * is kept: only {@link WorkQueue} changes leases.
   *
   * @return false if the stored revision is not {@code order.revision() - 1}, if the order is gone,
   *     or if another instance owns it
   */
  @Writes
  boolean update(WorkOrder order);

  /**
   * Removes an order permanently: when this returns true, nothing of the order is left and it
   * cannot reappear. A store that several instances share removes the records of its runs in the
   * same step; otherwise the caller must remove them first.
   *
   * @param order the revision that may be removed
   * @return false if the stored revision is different, if the order is gone, or if another instance
   *     owns it
   */
  @Writes
  boolean remove(WorkOrder order);

  Optional<WorkOrder> find(WorkOrderId id);

  /** Returns the order that was submitted with this idempotency key. */
  Optional<WorkOrder> findByIdempotencyKey(String key);

  /**
   * Reads an order for a list.
   *
   * @return empty if the order is gone or damaged: one damaged order must not make the whole list
   *     fail. {@link #find} reports the damage
   */
  default Optional<WorkOrder> findListed(WorkOrderId id) {
    try {
      return find(id);
    } catch (StoreUnavailableException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the ids of matching orders, newest first, because the orders themselves may be large.
   *
   * @param before return only orders older than this one; empty: start with the newest
   * @param limit 1 or more
   */
  WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit);

  /**
   * Returns the ids of matching orders, newest first, without counting the others. A walk over all
   * of them takes time in proportion to the number of orders, not to its square.
   *
   * @param before return only orders older than this one; empty: start with the newest
   * @param limit 1 or more. Fewer ids than this mean that no more orders match
   */
  List<WorkOrderId> matching(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit);

  /**
   * Returns the number of orders in each status. Cheap enough for every submit and every scrape.
   */
  StatusCounts counts();

  /**
   * Returns orders that reached one of these (terminal) statuses before {@code cutoff}, oldest
   * first.
   *
   * @param limit the most orders to return
   */
  List<WorkOrderId> terminalBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit);

  /** Returns every id in the store, in no particular order; for maintenance. */
  Iterator<WorkOrderId> ids();
}
