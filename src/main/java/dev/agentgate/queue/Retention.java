package dev.agentgate.queue;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Purges orders that have been terminal for longer than the retention period. */
public final class Retention {
  private static final Logger LOG = Logger.getLogger(Retention.class);
  private static final int BATCH = 500;
  private static final Set<WorkOrderStatus> TERMINAL =
      EnumSet.of(WorkOrderStatus.COMPLETED, WorkOrderStatus.FAILED, WorkOrderStatus.CANCELLED);

  private final Optional<Duration> kept;
  private final WorkOrders orders;
  private final WorkOrderService service;
  private final Clock clock;

  /**
   * @param kept the retention period; empty: forever
   */
  Retention(Optional<Duration> kept, WorkOrders orders, WorkOrderService service, Clock clock) {
    this.kept = kept;
    this.orders = orders;
    this.service = service;
    this.clock = clock;
  }

  /**
   * Purges all orders that are old enough.
   *
   * @return the number of orders that were purged
   * @throws StoreUnavailableException if the store refuses writes
   */
  public int runOnce() {
    if (kept.isEmpty()) {
      return 0;
    }
    Set<WorkOrderId> resisting = new HashSet<>();
    int purged = 0;
    while (true) {
      Instant cutoff = clock.instant().minus(kept.get());
      // Orders that cannot be purged stay at the front; they must not hold up the orders behind
      // them.
      List<WorkOrderId> old =
          orders.terminalBefore(TERMINAL, cutoff, BATCH + resisting.size()).stream()
              .filter(id -> !resisting.contains(id))
              .toList();
      if (old.isEmpty()) {
        tell(purged, resisting.size());
        return purged;
      }
      for (WorkOrderId id : old) {
        if (purge(id)) {
          purged++;
        } else {
          resisting.add(id);
        }
      }
    }
  }

  private void tell(int purged, int resisting) {
    if (purged > 0) {
      LOG.infof("Purged %d work orders that were older than %s", purged, kept.orElseThrow());
    }
    if (resisting > 0) {
      LOG.warnf(
          "%d work orders are old enough but could not be purged; see the messages above",
          resisting);
    }
  }

  /**
   * Purges an order; returns false if something of it cannot be removed.
   *
   * @throws StoreUnavailableException if no order could be removed now
   */
  private boolean purge(WorkOrderId id) {
    try {
      service.purge(id);
      return true;
    } catch (StoreUnavailableException e) {
      throw e;
    } catch (AgentGateException e) {
      LOG.debugf("Work order %s could not be purged: %s", id, e.getMessage());
      return false;
    }
  }
}
