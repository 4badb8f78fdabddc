package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Actions on every order that matches a filter now. An order that stops matching before its turn is
 * left alone. A caller who hangs up changes nothing.
 */
public final class BulkActions {
  private final WorkOrderService service;
  private final OrderEnding ending;
  private final Store store;
  private final Orders orders;
  private final QueueManager queue;
  private final QueueRoom room;
  private final Clock clock;

  BulkActions(
      WorkOrderService service,
      OrderEnding ending,
      Supervision supervision,
      QueueManager queue,
      QueueRoom room) {
    this.service = service;
    this.ending = ending;
    this.store = supervision.store();
    this.orders = supervision.orders();
    this.queue = queue;
    this.room = room;
    this.clock = supervision.clock();
  }

  /** Returns how many orders match now. */
  public long count(WorkOrderFilter filter) {
    return store.workOrders().page(filter, Optional.empty(), 1).total();
  }

  /**
   * Cancels every order that matches; returns when the processes of all of them are gone.
   *
   * <p>Waiting orders are cancelled first, so that no slot that becomes free is given to one of
   * them.
   *
   * @param filter its statuses must be {@code queued}, {@code running} or both
   * @throws AgentGateException if nothing can be cancelled now
   */
  public BulkResult cancel(WorkOrderFilter filter) {
    BulkSweep sweep =
        new BulkSweep(
            store,
            id -> ending.cancelIf(id, filter).stream().mapToInt(StopReport::survivors).findFirst());
    for (WorkOrderStatus status : List.of(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING)) {
      if (filter.statuses().contains(status)) {
        sweep.over(filter.withStatuses(Set.of(status)));
      }
    }
    return sweep.result();
  }

  /**
   * Purges every order that matches. An order that cannot be purged is reported, and the others are
   * purged.
   *
   * @param olderThan purge only orders whose last change is longer ago than this
   * @param dryRun whether to remove nothing
   * @return what was purged, or would be
   * @throws StoreUnavailableException if the store refuses every write; the message says how many
   *     orders were purged before
   */
  public PurgeReport purge(WorkOrderFilter filter, Optional<Duration> olderThan, boolean dryRun) {
    if (dryRun && olderThan.isEmpty()) {
      return new PurgeReport(count(filter), 0, List.of());
    }
    Optional<Instant> cutoff = olderThan.map(clock.instant()::minus);
    BulkSweep sweep =
        new BulkSweep(
            store,
            id -> purge(id, filter, cutoff, dryRun) ? OptionalInt.of(0) : OptionalInt.empty());
    sweep.over(filter);
    BulkResult swept = sweep.soFar();
    swept
        .stopped()
        .ifPresent(fault -> {
          throw new StoreUnavailableException(
              swept.done()
                  + " work orders were purged, then the store refused: "
                  + fault.getMessage(),
              fault);
        });
    return new PurgeReport(swept.done(), swept.failed(), swept.failures());
  }

  /**
   * Purges one order.
   *
   * @param cutoff keep the order if it changed at this time or later
   * @return false if the order does not match any more
   */
  private boolean purge(
      WorkOrderId id, WorkOrderFilter filter, Optional<Instant> cutoff, boolean dryRun) {
    boolean matches =
        store
            .workOrders()
            .find(id)
            .filter(filter::matches)
            .filter(order -> cutoff.filter(at -> !order.updatedAt().isBefore(at)).isEmpty())
            .isPresent();
    if (matches && !dryRun) {
      ending.purge(id);
    }
    return matches;
  }

  /**
   * Requests a run of every order that matches. Waiting orders go to the head of the queue, others
   * are queued for a new attempt. All have the same time of entry, so that the oldest of the
   * waiting orders with the same priority starts first. Free slots are filled meanwhile.
   *
   * @param filter its statuses must not contain {@code running}
   * @throws AgentGateException if nothing can be queued now
   */
  public BulkResult requestRuns(WorkOrderFilter filter) {
    service.refuseWhenStopping();
    Instant now = clock.instant();
    BulkSweep sweep =
        new BulkSweep(
            store, id -> requestRun(id, filter, now) ? OptionalInt.of(0) : OptionalInt.empty());
    sweep.over(filter);
    return sweep.result();
  }

  /**
   * Requests a run of one order.
   *
   * @return false if the order does not match any more
   */
  private boolean requestRun(WorkOrderId id, WorkOrderFilter filter, Instant now) {
    while (true) {
      service.refuseWhenStopping();
      Optional<WorkOrder> found = store.workOrders().find(id).filter(filter::matches);
      if (found.isEmpty()) {
        return false;
      }
      WorkOrder order = found.get();
      // The order may have changed after the action began; its times never go backwards.
      Instant at = order.updatedAt().isAfter(now) ? order.updatedAt() : now;
      Optional<WorkOrder> waiting =
          switch (order.status()) {
            case QUEUED -> change(order, order.expedite(at));
            case RUNNING -> throw new IllegalArgumentException("Running orders were not excluded");
            case COMPLETED, FAILED, CANCELLED -> room.enter(() -> change(order, order.requeue(at)));
          };
      if (waiting.isPresent()) {
        queue.enqueued(waiting.get());
        return true;
      }
    }
  }

  private Optional<WorkOrder> change(WorkOrder order, WorkOrder waiting) {
    return Optional.of(waiting).filter(it -> orders.change(order, it));
  }
}
