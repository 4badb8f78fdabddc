package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The queue of a {@link Store}, whose promises hold here: what waits, what runs, and its switch.
 */
public interface WorkQueue {

  /**
   * What waits, from the head on. The iterator never fails; it may or may not see what changes
   * meanwhile.
   */
  Iterator<QueueEntry> fromHead();

  /** How many orders wait before this one, plus 1; empty if it does not wait. */
  OptionalInt position(WorkOrderId id);

  /** Since when the order waits that has waited longest; empty if none waits. */
  Optional<Instant> oldestQueuedAt();

  /** When the first of those that wait out a backoff may start; empty if none does. */
  Optional<Instant> nextBackoffEnd();

  /**
   * Claims orders in one step, from the head on: each of them is running when this returns, owned
   * by this instance, with the record of a run that is being prepared. No limit is exceeded,
   * however many instances claim at the same time; orders in a backoff are passed over, and nothing
   * is claimed while the queue is paused.
   *
   * @return the claimed orders as they are now, in the queue's order; perhaps fewer than there is
   *     room for, but not none if one could be claimed and nobody else changed it meanwhile
   */
  @Writes
  List<WorkOrder> claim(Claim claim);

  /**
   * Takes a claim back before anything of its run began: the order waits again in its place, the
   * attempt does not count, and the run's record is gone.
   *
   * @return the order as it is now; empty if another change of it came first
   */
  @Writes
  Optional<WorkOrder> release(WorkOrder claimed);

  /**
   * Renews the leases of orders that this instance runs.
   *
   * @param lease how long from now
   * @return those that this instance does not own any more: nothing of their runs may go on
   */
  @Writes
  Set<WorkOrderId> renew(Set<WorkOrderId> orders, Duration lease);

  /**
   * Takes over, in one step, running orders whose leases have ended by the store's clock, those
   * that ended first before the others. What their former owner writes from now on changes nothing.
   *
   * @param lease how long they are this instance's
   * @param limit how many at the most
   * @return the orders as they are now, their runs unchanged
   */
  @Writes
  List<WorkOrder> takeExpired(Duration lease, int limit);

  /** How many orders of a repository run, whoever runs them. */
  int runningOf(String repository);

  /** Every running order, the longest running first. */
  List<RunningEntry> running();

  /** Whether the queue was told to pause. */
  boolean isPaused();

  @Writes
  void setPaused(boolean paused);

  /**
   * A running order without its body.
   *
   * @param run its current run
   * @param owner the instance that runs it
   */
  record RunningEntry(
      WorkOrderId id,
      RunId run,
      Instant startedAt,
      Optional<String> repository,
      InstanceId owner) {}
}
