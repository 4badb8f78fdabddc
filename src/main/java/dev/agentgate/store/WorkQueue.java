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
import java.util.stream.StreamSupport;

/**
 * The queue of a {@link Store}, with the guarantees of the store: waiting orders, running orders,
 * and the switch that pauses the queue.
 */
public interface WorkQueue {

  /**
   * Returns the waiting orders, from the head on. The iterator never fails; it may or may not see
   * changes made while it is in use.
   */
  Iterator<QueueEntry> fromHead();

  /**
   * Returns the number of orders that wait before this one, plus 1; empty if the order is not
   * waiting. Far from the head of the queue, the number may be slightly out of date.
   */
  OptionalInt position(WorkOrderId id);

  /** Returns since when the order has waited that has waited longest; empty if none is waiting. */
  Optional<Instant> oldestQueuedAt();

  /** Returns when the first backoff ends; empty if no order is in a backoff. */
  Optional<Instant> nextBackoffEnd();

  /** Returns waiting orders that have expired by then, whichever instance enqueued them. */
  default List<QueueEntry> expired(Instant now, int limit) {
    Iterable<QueueEntry> all = this::fromHead;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(entry -> entry.expiresAt().filter(at -> !at.isAfter(now)).isPresent())
        .limit(limit)
        .toList();
  }

  /**
   * Claims orders in one step, from the head on. When this returns, each of them is running and
   * owned by this instance, and has the record of a run that is being prepared. No limit is
   * exceeded, however many instances claim at the same time. Orders in a backoff are skipped, and
   * nothing is claimed while the queue is paused.
   *
   * @return the claimed orders in their new state, in the queue's order. There may be fewer than
   *     there is room for, but at least one if an order could be claimed and was not changed at the
   *     same time
   */
  @Writes
  List<WorkOrder> claim(Claim claim);

  /**
   * Takes a claim back before its run has begun: the order returns to its place in the queue, the
   * attempt does not count, and the run's record is removed.
   *
   * @param now the time of the change
   * @return the order in its new state, {@link WorkOrder#release}; empty if another change of the
   *     order came first
   */
  @Writes
  Optional<WorkOrder> release(WorkOrder claimed, Instant now);

  /**
   * Renews the leases of orders that this instance runs.
   *
   * @param lease how long from now
   * @return the orders that this instance no longer owns: their runs must not go on
   */
  @Writes
  Set<WorkOrderId> renew(Set<WorkOrderId> orders, Duration lease);

  /**
   * Takes over, in one step, running orders whose leases have ended by the store's clock, starting
   * with the lease that ended first. Later writes of their former owners change nothing.
   *
   * @param lease how long this instance may hold them
   * @param limit the most orders to take over
   * @return the orders in their new state, with their runs unchanged
   */
  @Writes
  List<WorkOrder> takeExpired(Duration lease, int limit);

  /** Returns how many orders of a repository are running, on all instances together. */
  int runningOf(String repository);

  /** Returns every running order, the longest running first. */
  List<RunningEntry> running();

  /** Whether the queue is paused. */
  boolean isPaused();

  @Writes
  void setPaused(boolean paused);

  /**
   * A running order without its body.
   *
   * @param run the current run
   * @param owner the instance that runs it
   */
  record RunningEntry(
      WorkOrderId id,
      RunId run,
      Instant startedAt,
      Optional<String> repository,
      InstanceId owner) {}
}
