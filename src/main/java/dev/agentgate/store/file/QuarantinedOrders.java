package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrderId;
import java.util.Optional;
import java.util.Set;

/**
 * Which orders lie in quarantine, where a person may repair them: what belongs to them is kept.
 *
 * @param named the orders that files there are named after
 * @param unnamed whether something lies there that may hold any order
 */
record QuarantinedOrders(Set<WorkOrderId> named, boolean unnamed) {
  /**
   * Whether the order may lie there.
   *
   * @param order empty: one that cannot be told
   */
  boolean mayHold(Optional<WorkOrderId> order) {
    return unnamed || order.map(named::contains).orElse(!named.isEmpty());
  }
}
