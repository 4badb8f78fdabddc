package dev.agentgate.queue;

import dev.agentgate.store.Claim;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves the orders that continue a run to the instance that has its workspace, while that instance
 * is alive. A claim does not know what an order continues, so the first claim of such an order may
 * be taken back; for a while after that the order is not claimed here.
 */
final class ContinuationPlaces {
  private static final long LEFT_NANOS = Duration.ofSeconds(30).toNanos();

  private final Whereabouts whereabouts;

  /** Until when orders are left to others, by the monotonic clock. */
  private final Map<WorkOrderId, Long> left = new ConcurrentHashMap<>();

  ContinuationPlaces(Whereabouts whereabouts) {
    this.whereabouts = whereabouts;
  }

  /** Whether a claimed order must be given back, because it continues elsewhere. */
  boolean belongsElsewhere(WorkOrder claimed) {
    boolean elsewhere =
        whereabouts.shared()
            && claimed
                .continuation()
                .flatMap(it -> whereabouts.keeper(it.run()))
                .flatMap(whereabouts::living)
                .isPresent();
    if (elsewhere) {
      left.put(claimed.id(), System.nanoTime() + LEFT_NANOS);
    }
    return elsewhere;
  }

  /** Returns the claim without the orders that were left to others a moment ago. */
  Claim leavingOut(Claim claim) {
    left.values().removeIf(until -> System.nanoTime() - until > 0);
    return left.isEmpty() ? claim : claim.admitting(entry -> !left.containsKey(entry.id()));
  }
}
