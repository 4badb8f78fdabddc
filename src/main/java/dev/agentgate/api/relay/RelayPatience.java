package dev.agentgate.api.relay;

import java.time.Duration;

/**
 * How long calls wait for other instances.
 *
 * @param untilTakenOver the longest time from an owner's silence until its orders have a new owner
 */
public record RelayPatience(Duration untilTakenOver) {}
