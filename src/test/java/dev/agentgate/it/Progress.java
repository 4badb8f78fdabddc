package dev.agentgate.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for work that goes on, however slow the machine and however much there is. */
final class Progress {
  /** So long nothing ends only where everything hangs. */
  private static final Duration STANDSTILL = Duration.ofSeconds(60);

  private Progress() {}

  /**
   * Waits until nothing is left. Fails when it does not become less for a while.
   *
   * @param left how much is left now
   */
  static void awaitNone(String what, Callable<Integer> left) {
    int now = Integer.MAX_VALUE;
    while (now > 0) {
      int before = now;
      now =
          await(what + "; " + before + " were left")
              .atMost(STANDSTILL)
              .until(left, count -> count < before);
    }
  }
}
