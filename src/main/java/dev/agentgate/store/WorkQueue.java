package dev.agentgate.store;

import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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
   */
  record RunningEntry(WorkOrderId id, RunId run, Instant startedAt, Optional<String> repository) {}
}
