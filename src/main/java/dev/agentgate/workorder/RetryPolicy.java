package dev.agentgate.workorder;

import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether and when a failed attempt is retried: exponential backoff from 1 s up to 5 min.
 */
public final class RetryPolicy {
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5));

  private RetryPolicy() {}

  /**
   * Returns how long to wait before the next attempt.
   *
   * @param attempts the number of attempts so far, including the one that failed
   * @return empty if there is no further attempt
   */
  public static Optional<Duration> delayAfter(
      FailureReason reason, RunLimits limits, int attempts) {
    boolean mayRetry =
        switch (reason) {
          case KILLED, QUEUE_EXPIRED -> false;
          default -> reason.isRetriedByDefault() || limits.retryOn().contains(reason);
        };
    if (!mayRetry || attempts >= limits.maxAttempts()) {
      return Optional.empty();
    }
    return Optional.of(BACKOFF.after(attempts));
  }
}
