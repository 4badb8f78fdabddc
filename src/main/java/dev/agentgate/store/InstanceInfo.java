package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import java.time.Instant;
import java.util.Optional;

/**
 * What a {@link Store} knows about an instance of the service.
 *
 * @param status what the instance announced last; if its lease has ended, {@code running} is the
 *     number of orders that it still owns
 * @param startedAt when it opened the store
 * @param lastSeen when it last renewed its lease, or opened the store
 * @param leaseUntil when its lease ends unless it is renewed, by the clock of {@code lastSeen};
 *     empty: its leases do not end, or it has not asked for one yet
 * @param alive whether its lease has not ended
 */
public record InstanceInfo(
    InstanceId id,
    InstanceStatus status,
    Instant startedAt,
    Instant lastSeen,
    Optional<Instant> leaseUntil,
    boolean alive) {
  /** Returns the same instance with another status. */
  public InstanceInfo with(InstanceStatus other) {
    return new InstanceInfo(id, other, startedAt, lastSeen, leaseUntil, alive);
  }
}
