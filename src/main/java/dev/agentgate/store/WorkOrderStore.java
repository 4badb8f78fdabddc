package dev.agentgate.store;

import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Keeps work orders, runs and the queue's switch.
 *
 * <p><b>Durability.</b> When {@link #insert}, {@link #update}, {@link #remove} or {@link
 * #setPaused} returns, the change survives a crash of the process and of the machine. Runs survive
 * a crash of the process only. A change that was not acknowledged may or may not survive, but never
 * in part.
 *
 * <p><b>Races.</b> A change names the revision it was made from; the first one wins, the others get
 * {@code false} and have changed nothing.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, virtual ones included, and blocks
 * until it is done. What was acknowledged is seen by every later call.
 *
 * <p>Every method that writes throws {@link StoreUnavailableException} when the write cannot be
 * taken; then nothing changed.
 */
public interface WorkOrderStore extends AutoCloseable {

  /**
   * Adds a new order.
   *
   * @return empty if it was added; the order that holds the same idempotency key if there is one,
   *     then nothing was added
   */
  Optional<WorkOrder> insert(WorkOrder order);

  /**
   * Replaces an order by its next revision.
   *
   * @return false if the stored revision is not {@code order.revision() - 1}, or the order is gone
   */
  boolean update(WorkOrder order);

  /**
   * Removes an order for good: when this returns true no file of it is left, nor can it come back.
   * Its runs are the caller's to remove first.
   *
   * @param order at the revision that may be removed
   * @return false if the stored revision is another, or the order is gone
   */
  boolean remove(WorkOrder order);

  Optional<WorkOrder> find(WorkOrderId id);

  /** The order that was submitted with this idempotency key. */
  Optional<WorkOrder> findByIdempotencyKey(String key);

  /**
   * Reads an order of a list.
   *
   * @return empty if it is gone since, or damaged: {@link #find} tells of that, and one damaged
   *     file must not take the list away
   */
  default Optional<WorkOrder> findListed(WorkOrderId id) {
    try {
      return find(id);
    } catch (StoreUnavailableException e) {
      return Optional.empty();
    }
  }

  /**
   * Orders that match, newest first; not the orders themselves, which may be large.
   *
   * @param before only orders older than this one; empty: from the newest on
   * @param limit 1 or more
   */
  WorkOrderIdPage listIds(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit);

  /** How many orders have which status; kept, not counted. */
  StatusCounts counts();

  /** How many orders wait before this one, plus 1; empty if it does not wait. At most O(sqrt n). */
  OptionalInt queuePosition(WorkOrderId id);

  /**
   * The queue from its head on. The iterator never fails; it may or may not see what changes
   * meanwhile.
   */
  Iterator<QueueEntry> queue();

  /**
   * Since when the order waits that has waited longest; empty if none waits. Kept, not searched.
   */
  Optional<Instant> oldestQueuedAt();

  /** Every running order, the longest running first. */
  List<RunningEntry> running();

  /**
   * Orders at rest in one of these (terminal) statuses since before {@code cutoff}, oldest first.
   *
   * @param limit how many at the most
   */
  List<WorkOrderId> atRestBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit);

  /** The runs that an order keeps, oldest first; none if there is no such order. Costs no I/O. */
  List<RunId> runsOf(WorkOrderId id);

  /** Every id in the store, in no order; for maintenance. */
  Iterator<WorkOrderId> ids();

  /** Writes a run, replacing what was there. A reader sees the old or the new one, never a mix. */
  void saveRun(Run run);

  Optional<Run> findRun(RunId id);

  /** Whether the queue was told to pause. */
  boolean isPaused();

  void setPaused(boolean paused);

  /** Which orders lie in quarantine now; reads the directory. */
  QuarantinedOrders quarantinedOrders();

  /** What an operator must know of the store. Cheap enough for every probe. */
  StoreHealth health();

  /**
   * Flushes and releases everything. Idempotent. Later calls throw {@link
   * StoreUnavailableException}.
   */
  @Override
  void close();

  /**
   * A running order without its body.
   *
   * @param run its current run
   */
  record RunningEntry(WorkOrderId id, RunId run, Instant startedAt, Optional<String> repository) {}
}
