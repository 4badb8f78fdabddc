package dev.agentgate.workorder;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The limits on an order's attempts.
 *
 * @param maxTime how long an attempt may take, including the checkout, before it fails
 * @param idleTimeout how long an agent may make no progress before the attempt fails; empty: no
 *     limit
 * @param queueTtl how long an order may wait before it fails; empty: no limit
 * @param maxAttempts 1..10
 * @param retryOn reasons to retry in addition to those that are always retried
 * @param retryMode where the next attempt begins; empty: it depends on why the last one failed
 */
public record RunLimits(
    Duration maxTime,
    Optional<Duration> idleTimeout,
    Optional<Duration> queueTtl,
    int maxAttempts,
    Set<FailureReason> retryOn,
    Optional<RetryMode> retryMode) {
  public RunLimits {
    retryOn = Set.copyOf(retryOn);
  }
}
