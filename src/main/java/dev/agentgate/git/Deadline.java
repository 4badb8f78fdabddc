package dev.agentgate.git;

import java.time.Duration;

/**
 * The time by which something must be finished.
 *
 * @param limit the time that was allowed, for messages
 * @param endNanos on the scale of {@link System#nanoTime()}
 */
public record Deadline(Duration limit, long endNanos) {

  public static Deadline in(Duration limit) {
    return new Deadline(limit, System.nanoTime() + limit.toNanos());
  }

  /** Returns the remaining time; zero or less after the deadline. */
  public long remainingNanos() {
    return endNanos - System.nanoTime();
  }

  public GitException exceeded(String what) {
    return new GitException(what + " did not end within " + limit.toMillis() + " ms");
  }
}
