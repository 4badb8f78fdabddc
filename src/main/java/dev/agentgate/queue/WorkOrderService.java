package dev.agentgate.queue;

import dev.agentgate.process.StopReport;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The use cases. */
public class WorkOrderService {

  /**
   * Takes an order; when this returns it is on disk.
   *
   * @return the order, and whether it is new (else: the first one under the same idempotency key)
   */
  public Submitted submit(SubmitOrder order) {
    throw new UnsupportedOperationException();
  }

  public WorkOrderView get(WorkOrderId id) {
    throw new UnsupportedOperationException();
  }

  public WorkOrderList list(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    throw new UnsupportedOperationException();
  }

  /** Cancels a queued or running order; returns when its processes are gone. */
  public StopReport cancel(WorkOrderId id) {
    throw new UnsupportedOperationException();
  }

  /** Kills a running order, which is failed then; returns when its processes are gone. */
  public StopReport kill(WorkOrderId id, boolean force) {
    throw new UnsupportedOperationException();
  }

  /** Cancels the order if needed, then removes it with its runs, logs and workspaces. */
  public void purge(WorkOrderId id) {
    throw new UnsupportedOperationException();
  }

  /**
   * Purges every order of a status.
   *
   * @param olderThan only those that were last changed longer ago
   * @param dryRun removes nothing
   * @return how many were, or would be, purged
   */
  public long purgeAll(WorkOrderStatus status, Optional<Duration> olderThan, boolean dryRun) {
    throw new UnsupportedOperationException();
  }

  /**
   * Asks for a run.
   *
   * @return the run, if one was started at once
   */
  public Optional<RunId> requestRun(WorkOrderId id) {
    throw new UnsupportedOperationException();
  }

  /** The runs of an order, newest first. */
  public List<RunView> runs(WorkOrderId id) {
    throw new UnsupportedOperationException();
  }

  public RunView run(RunId id) {
    throw new UnsupportedOperationException();
  }

  /** Nothing new starts until {@link #resume}; what runs goes on. Survives a restart. */
  public void pause() {
    throw new UnsupportedOperationException();
  }

  public void resume() {
    throw new UnsupportedOperationException();
  }

  public QueueHealth health() {
    throw new UnsupportedOperationException();
  }

  /** What {@link #submit} did. */
  public record Submitted(WorkOrderView order, boolean created) {}
}
