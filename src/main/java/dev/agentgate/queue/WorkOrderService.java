package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.store.Store;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The use cases. Every method may be called from any thread and blocks until it is done; what it
 * returns is on disk. A request that cannot be carried out throws an {@link AgentGateException}
 * with a sentence for the caller.
 */
public final class WorkOrderService {
  private final Supervision supervision;
  private final Store store;
  private final Orders orders;
  private final QueueManager queue;
  private final StartBlocks blocks;
  private final QueueRoom room;
  private final SubmitRules rules;
  private final OrderEnding ending;
  private final OrderViews views;

  private volatile boolean stopping;

  WorkOrderService(
      Supervision supervision,
      QueueManager queue,
      StartBlocks blocks,
      QueueRoom room,
      SubmitRules rules,
      OrderEnding ending,
      OrderViews views) {
    this.supervision = supervision;
    this.store = supervision.store();
    this.orders = supervision.orders();
    this.queue = queue;
    this.blocks = blocks;
    this.room = room;
    this.rules = rules;
    this.ending = ending;
    this.views = views;
  }

  /**
   * Accepts an order.
   *
   * @return the order, and whether it is new; if not, it is the earlier order with the same
   *     idempotency key
   * @throws InvalidOrderException if the order is refused because of its values
   */
  public Submitted submit(SubmitOrder request) {
    refuseWhenStopping();
    WorkOrderSpec spec = rules.complete(request);
    queue.expectSubmit();
    Instant now = now();
    WorkOrder order =
        WorkOrder.submitted(WorkOrderId.next(now), spec, request.idempotencyKey(), now);
    Optional<WorkOrder> earlier =
        room.enter(
            () -> orders.insert(order),
            () ->
                request
                    .idempotencyKey()
                    .map(IdempotencyKey::key)
                    .flatMap(store.workOrders()::findByIdempotencyKey)
                    .or(() -> {
                      throw room.full();
                    }));
    if (earlier.isPresent()) {
      return new Submitted(views.of(sameRequest(earlier.get(), request)), false);
    }
    queue.enqueued(order);
    return new Submitted(views.of(order), true);
  }

  /**
   * Returns the order that has the idempotency key of a new request.
   *
   * @throws AgentGateException if that order was another request
   */
  static WorkOrder sameRequest(WorkOrder earlier, SubmitOrder request) {
    if (!earlier.idempotencyKey().equals(request.idempotencyKey())) {
      throw new AgentGateException(
          Kind.IDEMPOTENCY_KEY_REUSED, "The idempotency key was used for another request");
    }
    return earlier;
  }

  /**
   * Returns what {@link #submit} would find wrong with an order's values.
   *
   * @return a sentence for each invalid value, keyed by the name of its field in the API
   */
  public Map<String, String> faults(SubmitOrder request) {
    try {
      var _ = rules.complete(request);
      return Map.of();
    } catch (InvalidOrderException invalid) {
      return invalid.faults();
    }
  }

  /** Returns an order, and why it does not start if it is waiting. */
  public WorkOrderView get(WorkOrderId id) {
    WorkOrder order = find(id);
    WorkOrderView view = views.of(order);
    return QueueEntry.of(order).map(blocks::of).map(view::blockedBy).orElse(view);
  }

  /**
   * Returns the ids of matching orders, newest first.
   *
   * @param before return only orders older than this one
   */
  public WorkOrderIdPage list(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return store.workOrders().page(filter, before, limit);
  }

  /** Returns an order for a list; empty if it is gone or its file is damaged. */
  public Optional<WorkOrderView> listed(WorkOrderId id) {
    return store.workOrders().findListed(id).map(views::of);
  }

  /** Cancels a queued or running order; returns when its processes are gone. */
  public StopReport cancel(WorkOrderId id) {
    return ending.cancelIf(id, WorkOrderFilter.ALL).orElseThrow();
  }

  /**
   * Kills a running order, which then fails; returns when its processes are gone.
   *
   * @param force whether to skip the grace
   */
  public StopReport kill(WorkOrderId id, boolean force) {
    return ending.kill(id, force);
  }

  /**
   * Cancels the order if necessary, then removes it with its runs, logs and workspaces. If one of
   * their files cannot be removed, the order stays, so that it can be purged again.
   */
  public void purge(WorkOrderId id) {
    ending.purge(id);
  }

  /**
   * Requests a run.
   *
   * @return the run, if one was started at once
   */
  public Optional<RunId> requestRun(WorkOrderId id) {
    refuseWhenStopping();
    while (true) {
      WorkOrder order = find(id);
      WorkOrder waiting =
          switch (order.status()) {
            case QUEUED -> order.expedite(now());
            case RUNNING ->
                throw new AgentGateException(
                    Kind.CONFLICT, "Work order " + id + " is already running");
            case COMPLETED, FAILED, CANCELLED -> order.requeue(now());
          };
      if (order.status() == WorkOrderStatus.QUEUED
          ? orders.change(order, waiting)
          : room.enter(() -> orders.change(order, waiting))) {
        Optional<RunId> started =
            order.status() == WorkOrderStatus.QUEUED
                ? queue.startNow(id).or(() -> runInProgress(id))
                : Optional.empty();
        queue.enqueued(waiting);
        return started;
      }
    }
  }

  /**
   * Requests a run that continues the last run of a finished order with another prompt.
   *
   * @throws AgentGateException if the order is not finished, or if the workspace is gone
   */
  public void followUp(WorkOrderId id, String prompt) {
    refuseWhenStopping();
    while (true) {
      WorkOrder order = find(id);
      if (!order.status().isTerminal()) {
        throw new AgentGateException(
            Kind.CONFLICT,
            "Work order " + id + " is not finished (status: " + order.status().wireName() + ")");
      }
      if (order.currentRun().filter(run -> canContinue(order, run)).isEmpty()) {
        throw new AgentGateException(
            Kind.CONFLICT,
            "Work order " + id + " cannot be continued: the workspace of its last run is gone");
      }
      WorkOrder waiting = order.followUp(prompt, now());
      if (room.enter(() -> orders.change(order, waiting))) {
        queue.enqueued(waiting);
        return;
      }
    }
  }

  private boolean canContinue(WorkOrder order, RunId run) {
    return supervision.executor().canContinue(order, run);
  }

  /** Returns the run of an order that the dispatcher has started meanwhile. */
  private Optional<RunId> runInProgress(WorkOrderId id) {
    return store
        .workOrders()
        .find(id)
        .filter(order -> order.status() == WorkOrderStatus.RUNNING)
        .flatMap(WorkOrder::currentRun);
  }

  /** Returns the runs of an order that are still kept, newest first. */
  public List<RunView> runs(WorkOrderId id) {
    return views.runsOf(find(id));
  }

  public RunView run(RunId id) {
    return store
        .runs()
        .find(id)
        .map(views::of)
        .orElseThrow(() -> new AgentGateException(Kind.NOT_FOUND, "Run " + id + " not found"));
  }

  /** Lets nothing new start until {@link #resume}; current runs continue. Survives a restart. */
  public void pause() {
    orders.setPaused(true);
  }

  public void resume() {
    orders.setPaused(false);
    queue.wake();
  }

  /** Refuses all requests that would begin something new from now on. */
  public void beginStopping() {
    stopping = true;
  }

  /** Whether the service refuses all requests that would begin something new. */
  boolean isStopping() {
    return stopping;
  }

  /** The result of {@link #submit}. */
  public record Submitted(WorkOrderView order, boolean created) {}

  /** Throws an exception once the service is stopping. */
  void refuseWhenStopping() {
    if (stopping) {
      throw new AgentGateException(Kind.STOPPING, "The service is stopping");
    }
  }

  private WorkOrder find(WorkOrderId id) {
    return find(store.workOrders(), id);
  }

  /**
   * Returns an order.
   *
   * @throws AgentGateException if there is none
   */
  static WorkOrder find(WorkOrders stored, WorkOrderId id) {
    return stored
        .find(id)
        .orElseThrow(
            () -> new AgentGateException(Kind.NOT_FOUND, "Work order " + id + " not found"));
  }

  private Instant now() {
    return supervision.clock().instant();
  }
}
