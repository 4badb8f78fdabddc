package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import java.util.Optional;

/**
 * A change of an order's status that was acknowledged by the store.
 *
 * @param from empty: it was submitted
 * @param order as it is now
 */
public record Transition(Optional<WorkOrderStatus> from, WorkOrder order) {

  /** What the world is told of it. */
  public StatusEvent event() {
    return StatusEvent.of(order, from);
  }
}
