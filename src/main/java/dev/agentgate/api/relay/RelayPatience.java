package dev.agentgate.api.relay;

import java.time.Duration;

/**
 * How long calls wait for other instances.
 *
 * @param untilTakenOver how long after an owner fell silent its orders have another owner, at the
 *     latest
 */
public record RelayPatience(Duration untilTakenOver) {}
