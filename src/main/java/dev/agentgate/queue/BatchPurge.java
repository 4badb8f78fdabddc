package dev.agentgate.queue;

import dev.agentgate.queue.BulkResult.Failure;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One purge of all orders that match. An order that cannot be purged does not hold up the others.
 * For use by one thread.
 */
final class BatchPurge {
  private static final int MOST_FAILURES = 100;

  private final Store store;
  private final WorkOrderFilter filter;
  private final Optional<Instant> cutoff;
  private final Consumer<WorkOrderId> purge;

  private long purged;
  private long notPurged;
  private final List<Failure> failures = new ArrayList<>();

  /**
   * @param cutoff keep the orders that changed at this time or later
   * @param purge removes one order, or throws the reason why it cannot
   */
  BatchPurge(
      Store store, WorkOrderFilter filter, Optional<Instant> cutoff, Consumer<WorkOrderId> purge) {
    this.store = store;
    this.filter = filter;
    this.cutoff = cutoff;
    this.purge = purge;
  }

  /**
   * Purges them.
   *
   * @throws StoreUnavailableException if the store refuses every write
   */
  PurgeReport run() {
    new MatchingOrders(store.workOrders(), filter).forEachRemaining(this::tryToPurge);
    return new PurgeReport(purged, notPurged, failures);
  }

  private void tryToPurge(WorkOrderId id) {
    try {
      if (store.workOrders().find(id).filter(this::matches).isPresent()) {
        purge.accept(id);
        purged++;
      }
    } catch (AgentGateException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        return; // Another caller purged it.
      }
      if (e.kind() == Kind.STORE_UNAVAILABLE && store.health().failure().isPresent()) {
        throw new StoreUnavailableException(
            purged + " work orders were purged, then the store refused: " + e.getMessage(), e);
      }
      note(id, e);
    }
  }

  /** Whether the order still matches, and is old enough. */
  private boolean matches(WorkOrder order) {
    return filter.matches(order) && cutoff.filter(at -> !order.updatedAt().isBefore(at)).isEmpty();
  }

  private void note(WorkOrderId id, AgentGateException why) {
    notPurged++;
    if (failures.size() < MOST_FAILURES) {
      failures.add(new Failure(id, String.valueOf(why.getMessage())));
    }
  }
}
