package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrderId;
import java.util.Optional;
import java.util.Set;

/**
 * The orders in quarantine. A person may repair them there, so everything that belongs to them is
 * kept.
 *
 * @param named the orders that have a file named after them
 * @param unnamed whether there is anything that may hold any order
 */
record QuarantinedOrders(Set<WorkOrderId> named, boolean unnamed) {
  /**
   * Whether the order may be in quarantine.
   *
   * @param order empty: the order is unknown
   */
  boolean mayHold(Optional<WorkOrderId> order) {
    return unnamed || order.map(named::contains).orElse(!named.isEmpty());
  }
}
