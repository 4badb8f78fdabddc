package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;

/**
 * Receives notice of what happens in the queue, on the thread on which it happens. An observer must
 * return at once and throw nothing.
 */
public interface QueueObserver {

  /**
   * An order has changed its status. For one order, the calls follow the order of the changes, one
   * after another; for several orders, they may be concurrent. The order's lock is held, so an
   * observer must not change anything.
   */
  default void transitioned(Transition transition) {}

  /**
   * A run's processes were stopped.
   *
   * @param mode the reason: {@code cancel}, {@code kill}, {@code timeout}, {@code idle_timeout},
   *     {@code interrupt} (the service is stopping), {@code lease} (this instance may not run the
   *     order any longer), or {@code sweep} (the remains of a run that has ended)
   */
  default void stopped(String mode, StopReport report) {}

  /** The workspace of a running order was prepared, or could not be prepared. */
  default void checkedOut(WorkOrder order) {}

  /**
   * An agent's process was started.
   *
   * @param sinceQueued the time since the order entered the queue
   * @param sinceClaimed the time since the slot was taken, including the checkout
   */
  default void launched(Duration sinceQueued, Duration sinceClaimed) {}

  /**
   * A run is over, and its outcome is recorded in its order.
   *
   * @param order the order as it was while it was running
   */
  default void runEnded(WorkOrder order, RunOutcome outcome) {}

  /** A run is over here, and another instance decides how its order goes on. */
  default void runLeft(RunId run) {}

  /** What a run used is final; told once, with the end of the run. */
  default void runUsed(RunUsage usage) {}

  /** A run of an earlier service was adopted. */
  default void adopted() {}

  /** The lease of this instance was renewed in time. */
  default void leaseRenewed() {}

  /** The store refused to renew the lease of this instance, or has not answered in time. */
  default void leaseNotRenewed() {}

  /** An order of another instance was taken over, because that one's lease has ended. */
  default void takenOver() {}

  /** References to missing runs, and leftovers without an order, were removed. */
  default void orphansCleaned(int count) {}

  /** The dispatcher could not start the head of the queue. */
  default void blocked(QueueHealth.Block reason) {}

  /** A durable write took this long, or was refused after this long. */
  default void written(Duration took) {}

  /** The store refused a write. */
  default void writeRefused() {}

  /** Another change of the same order came first. */
  default void raceLost() {}
}
