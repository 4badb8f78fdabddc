package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.store.WorkQueue.RunningEntry;
import org.jboss.logging.Logger;

/**
 * Finds running orders of this instance that have no supervisor and gives each one a supervisor,
 * which records the outcome. Where other instances share the store, it also finds expired orders
 * whose instance does not expire them.
 */
public final class StaleCheck {
  private static final Logger LOG = Logger.getLogger(StaleCheck.class);

  private final Store store;
  private final Orders orders;
  private final RunSlots slots;
  private final QueueManager manager;

  StaleCheck(Store store, Orders orders, RunSlots slots, QueueManager manager) {
    this.slots = slots;
    this.store = store;
    this.orders = orders;
    this.manager = manager;
  }

  /**
   * Checks once.
   *
   * @return the number of stale orders
   */
  public int runOnce() {
    int stale = 0;
    for (RunningEntry entry : store.queue().running()) {
      if (entry.owner().equals(store.instance())
          && slots.of(entry.id()).isEmpty()
          && manager.adopt(entry.id())) {
        LOG.warnf("Work order %s was running without a supervisor", entry.id());
        if (orders.isOfAnother(entry.run())) {
          // The connection broke before the store said that it had been taken over.
          orders.tell(QueueObserver::takenOver);
        }
        stale++;
      }
    }
    if (store.instances().shared()) {
      manager.noteExpired();
    }
    return stale;
  }
}
