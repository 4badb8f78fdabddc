package dev.agentgate.execution;

import java.time.Duration;

/**
 * Ends the runs of this instance if the instance cannot do it itself, because it hangs or is gone.
 * When the deadline is over, everything of every run is killed from outside the service.
 *
 * <p>Safe for use by many threads.
 */
public interface DeadMansSwitch extends AutoCloseable {

  /**
   * Returns the time since the machine booted, to 10 ms. Time during which the machine was
   * suspended counts. Deadlines are times on this clock.
   *
   * @throws CannotTellException if the clock cannot be read now
   */
  Duration uptime();

  /**
   * Replaces the deadline.
   *
   * @throws java.io.UncheckedIOException if it could not be replaced; the former one may apply
   */
  void setDeadline(Duration uptime);

  /** Releases what this holds. The last deadline applies. */
  @Override
  void close();
}
