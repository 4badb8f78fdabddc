package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;

/**
 * Is told what happens in the queue, on the thread it happens on: an observer returns at once and
 * throws nothing.
 */
public interface QueueObserver {

  /**
   * An order changed its status. For one order this is called in the order of the changes, one
   * after another; for several, at the same time. The order's lock is held: an observer changes
   * nothing.
   */
  default void transitioned(Transition transition) {}

  /**
   * A run's processes were stopped.
   *
   * @param mode why: {@code cancel}, {@code kill}, {@code timeout}, {@code idle_timeout}, {@code
   *     interrupt} (the service stops), or {@code sweep} (of what an ended run left behind)
   */
  default void stopped(String mode, StopReport report) {}

  /** The workspace of a running order is prepared, or could not be. */
  default void checkedOut(WorkOrder order) {}

  /**
   * An agent's process was started.
   *
   * @param sinceQueued from entering the queue
   * @param sinceClaimed from taking the slot, checkout included
   */
  default void launched(Duration sinceQueued, Duration sinceClaimed) {}

  /**
   * A run is over, and what it means for its order is written.
   *
   * @param order as it was while it ran
   */
  default void runEnded(WorkOrder order, RunOutcome outcome) {}

  /** A run of an earlier service was taken over. */
  default void adopted() {}

  /** References and leftovers that belonged to nothing were removed. */
  default void orphansCleaned(int count) {}

  /** The dispatcher could not start the head of the queue. */
  default void blocked(QueueHealth.Block reason) {}

  /** A durable write took so long, or was refused after that long. */
  default void written(Duration took) {}

  /** The store refused a write. */
  default void writeRefused() {}

  /** Another change of the same order came first. */
  default void raceLost() {}
}
