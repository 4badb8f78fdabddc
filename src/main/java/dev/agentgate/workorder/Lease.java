package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/**
 * The right to run an order, and to change it while it runs.
 *
 * @param owner the instance that has it
 * @param until when another instance may take it over; empty: none may
 */
public record Lease(InstanceId owner, Optional<Instant> until) {

  public boolean isHeldBy(InstanceId instance) {
    return owner.equals(instance);
  }

  /** Whether it may be taken over. */
  public boolean hasEnded(Instant now) {
    return until.filter(end -> !end.isAfter(now)).isPresent();
  }
}
