package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import java.util.Optional;

/**
 * A change of an order's status that the store has acknowledged.
 *
 * @param from empty: the order was submitted
 * @param order the order in its new state
 */
public record Transition(Optional<WorkOrderStatus> from, WorkOrder order) {

  /** Returns the public description of the change. */
  public StatusEvent event() {
    return StatusEvent.of(order, from);
  }
}
