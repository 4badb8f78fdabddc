package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The right to run an order, and to change it while it runs.
 *
 * @param owner the instance that holds the lease
 * @param until the time from which another instance may take over the order; empty: never
 */
public record Lease(InstanceId owner, Optional<Instant> until) {

  public boolean isHeldBy(InstanceId instance) {
    return owner.equals(instance);
  }

  /** Whether another instance may take over the order. */
  public boolean hasEnded(Instant now) {
    return until.filter(end -> !end.isAfter(now)).isPresent();
  }
}
