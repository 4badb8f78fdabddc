package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import java.time.Instant;

/**
 * What a {@link Store} knows about an instance of the service.
 *
 * @param status what the instance announced last
 * @param startedAt when it opened the store
 * @param lastSeen when it last renewed its lease, or opened the store
 * @param alive whether its lease has not ended
 */
public record InstanceInfo(
    InstanceId id, InstanceStatus status, Instant startedAt, Instant lastSeen, boolean alive) {}
