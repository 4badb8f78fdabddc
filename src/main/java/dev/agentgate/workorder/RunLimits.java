package dev.agentgate.workorder;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What bounds an order's attempts.
 *
 * @param maxTime an attempt that takes longer fails, checkout included
 * @param idleTimeout an agent that writes nothing for so long fails; empty: no such limit
 * @param queueTtl an order that waits longer fails; empty: no such limit
 * @param maxAttempts 1..10
 * @param retryOn reasons that are retried besides those that always are
 */
public record RunLimits(
    Duration maxTime,
    Optional<Duration> idleTimeout,
    Optional<Duration> queueTtl,
    int maxAttempts,
    Set<FailureReason> retryOn) {
  public RunLimits {
    retryOn = Set.copyOf(retryOn);
  }
}
