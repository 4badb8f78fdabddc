package dev.agentgate.store.postgres;

import dev.agentgate.workorder.InstanceId;
import java.time.Duration;
import java.util.Optional;

/**
 * An instance that is about to open the store.
 *
 * @param home the data directory that its runs are in
 * @param lease how long no other instance may take its orders over, from the opening on; empty: its
 *     first claim or renewal gives it a lease
 */
public record Member(InstanceId id, Home home, Optional<Duration> lease) {}
