package dev.agentgate.workspace;

import java.time.Duration;

/**
 * The time by which a preparation must be finished.
 *
 * @param limit the time that was allowed, for messages
 * @param endNanos on the scale of {@link System#nanoTime()}
 */
record Deadline(Duration limit, long endNanos) {

  static Deadline in(Duration limit) {
    return new Deadline(limit, System.nanoTime() + limit.toNanos());
  }

  /** Returns the remaining time; zero or less after the deadline. */
  long remainingNanos() {
    return endNanos - System.nanoTime();
  }

  WorkspaceFailedException exceeded(String what) {
    return new WorkspaceFailedException(what + " did not end within " + limit.toMillis() + " ms");
  }
}
