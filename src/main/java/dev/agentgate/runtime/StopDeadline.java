package dev.agentgate.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when a stop does not end by itself: a library that cannot be loaded any more,
 * because an upgrade removed the application's directory, can hold up a stop for ever. Everything
 * it needs is loaded and running before the stop begins. What it cuts off is a crash to the next
 * start, which loses nothing.
 */
final class StopDeadline {
  /** 128 and SIGTERM: what a stop exits with that ends by itself. */
  private static final int TERMINATED = 143;

  private StopDeadline() {}

  /**
   * Begins to wait for a stop.
   *
   * @param most how long it may take
   */
  static void arm(Duration most) {
    CountDownLatch stopping = new CountDownLatch(1);
    long nanos = most.toNanos();
    Thread.ofPlatform().daemon().name("stop-deadline").start(() -> await(stopping, nanos));
    Runtime.getRuntime().addShutdownHook(new Thread(stopping::countDown, "stop-begins"));
  }

  private static void await(CountDownLatch stopping, long nanos) {
    try {
      stopping.await();
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      return;
    }
    System.err.println("AgentGate did not stop in time and ends at once");
    Runtime.getRuntime().halt(TERMINATED);
  }
}
