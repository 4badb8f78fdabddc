package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.InstanceId;
import org.jboss.logging.Logger;

/**
 * Finds running orders of this instance that have no supervisor and gives each one a supervisor,
 * which records the outcome.
 */
public final class StaleCheck {
  private static final Logger LOG = Logger.getLogger(StaleCheck.class);

  private final WorkQueue queue;
  private final InstanceId self;
  private final RunSlots slots;
  private final QueueManager manager;

  StaleCheck(Store store, RunSlots slots, QueueManager manager) {
    this.slots = slots;
    this.queue = store.queue();
    this.self = store.instance();
    this.manager = manager;
  }

  /**
   * Checks once.
   *
   * @return the number of stale orders
   */
  public int runOnce() {
    int stale = 0;
    for (RunningEntry entry : queue.running()) {
      if (entry.owner().equals(self)
          && slots.of(entry.id()).isEmpty()
          && manager.adopt(entry.id())) {
        LOG.warnf("Work order %s was running without a supervisor", entry.id());
        stale++;
      }
    }
    return stale;
  }
}
