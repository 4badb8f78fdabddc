package dev.agentgate.queue;

import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.store.WorkOrderStore.RunningEntry;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Finds running orders that nobody supervises, and gives each a supervisor, which settles it. Wakes
 * the leaders of runs that were stopped by a signal and would never tell how their agent ended.
 */
public final class StaleCheck {
  private static final Logger LOG = Logger.getLogger(StaleCheck.class);

  private final WorkOrderStore store;
  private final RunSlots slots;
  private final QueueManager queue;

  StaleCheck(WorkOrderStore store, RunSlots slots, QueueManager queue) {
    this.store = store;
    this.slots = slots;
    this.queue = queue;
  }

  /**
   * Checks once.
   *
   * @return how many orders were stale
   */
  public int runOnce() {
    int stale = 0;
    for (RunningEntry entry : store.running()) {
      Optional<RunSupervisor> supervisor = slots.of(entry.id());
      supervisor.ifPresent(RunSupervisor::resumeLeader);
      if (supervisor.isEmpty() && queue.adopt(entry.id())) {
        LOG.warnf("Work order %s was running without a supervisor", entry.id());
        stale++;
      }
    }
    return stale;
  }
}
