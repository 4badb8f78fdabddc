package dev.agentgate.api.relay;

import java.time.Duration;

/**
 * How long calls wait for other instances.
 *
 * @param untilTakenOver the longest time from an owner's silence until its orders have a new owner
 * @param untilEnded the longest time in which an owner that is alive ends a run and removes what is
 *     left of it
 * @param untilAnswered the longest time in which an instance that is alive answers any other call
 */
public record RelayPatience(Duration untilTakenOver, Duration untilEnded, Duration untilAnswered) {}
