package dev.agentgate.queue;

import dev.agentgate.process.StopReport;
import java.time.Duration;

/**
 * Is told what happens in the queue, on the thread it happens on: an observer returns at once and
 * throws nothing.
 */
public interface QueueObserver {

  /** An order changed its status. */
  default void transitioned(Transition transition) {}

  /**
   * A run's processes were stopped.
   *
   * @param mode {@code cancel}, {@code kill}, {@code timeout}, {@code idle}, {@code drain} or
   *     {@code sweep}
   */
  default void stopped(String mode, StopReport report) {}

  /**
   * An agent's process was started.
   *
   * @param sinceClaimed from taking the slot, checkout included
   */
  default void launched(Duration sinceClaimed) {}

  /** A run of an earlier service was taken over. */
  default void adopted() {}

  /** References and leftovers that belonged to nothing were removed. */
  default void orphansCleaned(int count) {}

  /** The dispatcher could not start the head of the queue. */
  default void blocked(QueueHealth.Block reason) {}
}
