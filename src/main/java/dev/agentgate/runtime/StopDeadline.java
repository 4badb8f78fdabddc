package dev.agentgate.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process if a stop does not finish by itself. A library that cannot be loaded because an
 * upgrade removed the application's directory can block a stop forever. Everything that this class
 * needs is loaded and running before the stop begins. The next start treats an interrupted stop
 * like a crash and loses nothing.
 */
final class StopDeadline {
  /** 128 and SIGTERM: the exit code of a stop that finishes by itself. */
  private static final int TERMINATED = 143;

  private StopDeadline() {}

  /**
   * Begins to wait for a stop.
   *
   * @param most how long the stop may take
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
    System.err.println("AgentGate did not stop in time, so it is ended now");
    Runtime.getRuntime().halt(TERMINATED);
  }
}
