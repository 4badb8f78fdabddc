package dev.agentgate.queue;

import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Purges orders that have been terminal for longer than they are kept. */
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
   * @param kept how long; empty: for ever
   */
  Retention(Optional<Duration> kept, WorkOrders orders, WorkOrderService service, Clock clock) {
    this.kept = kept;
    this.orders = orders;
    this.service = service;
    this.clock = clock;
  }

  /**
   * Purges what is old enough now.
   *
   * @return how many orders were purged
   */
  public int runOnce() {
    if (kept.isEmpty()) {
      return 0;
    }
    int purged = 0;
    while (true) {
      Instant cutoff = clock.instant().minus(kept.get());
      List<WorkOrderId> old = orders.terminalBefore(TERMINAL, cutoff, BATCH);
      int before = purged;
      for (WorkOrderId id : old) {
        purged += purge(id) ? 1 : 0;
      }
      if (purged == before) {
        if (purged > 0) {
          LOG.infof("Purged %d work orders that were older than %s", purged, kept.get());
        }
        return purged;
      }
    }
  }

  private boolean purge(WorkOrderId id) {
    try {
      service.purge(id);
      return true;
    } catch (AgentGateException e) {
      LOG.warnf("Work order %s could not be purged: %s", id, e.getMessage());
      return false;
    }
  }
}
