package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.Optional;

/** Claims of one order. */
public final class Claims {
  private Claims() {}

  /** Returns a claim of the first order that may start. */
  public static Claim ofOne(Duration lease) {
    return new Claim(1, 0, false, Optional.empty(), lease, _ -> true);
  }

  /** Adds an order to a store without any that waits, and claims it. */
  public static WorkOrder claimedBy(Store store, Duration lease) {
    assertThat(store.workOrders().insert(WorkOrders.queued())).isEmpty();
    return store.queue().claim(ofOne(lease)).getFirst();
  }
}
