package dev.agentgate.workorder;

import java.time.Duration;

/** Growing pauses between attempts: each is twice as long as the one before, up to the longest. */
public record Backoff(Duration first, Duration longest) {
  /** Keeps the arithmetic in bounds. */
  private static final int MOST_DOUBLINGS = 20;

  /**
   * Returns the pause before the next attempt.
   *
   * @param failures the number of attempts that have failed so far
   */
  public Duration after(int failures) {
    Duration grown = first.multipliedBy(1L << Math.clamp(failures - 1L, 0, MOST_DOUBLINGS));
    return grown.compareTo(longest) < 0 ? grown : longest;
  }
}
