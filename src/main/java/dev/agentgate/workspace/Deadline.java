package dev.agentgate.workspace;

import java.time.Duration;

/**
 * When a preparation must be over.
 *
 * @param limit what was allowed, for the sentence
 * @param endNanos on the scale of {@link System#nanoTime()}
 */
record Deadline(Duration limit, long endNanos) {

  static Deadline in(Duration limit) {
    return new Deadline(limit, System.nanoTime() + limit.toNanos());
  }

  /** What is left; zero or less once it is over. */
  long remainingNanos() {
    return endNanos - System.nanoTime();
  }

  WorkspaceFailedException exceeded(String what) {
    return new WorkspaceFailedException(what + " did not end within " + limit.toMillis() + " ms");
  }
}
