package dev.agentgate.queue;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Submits many orders at once. Each is accepted or refused for itself, as {@link
 * WorkOrderService#submit} would, but all that are accepted are written in one step.
 */
public final class BatchSubmission {
  private final WorkOrderService service;
  private final Orders orders;
  private final WorkOrders stored;
  private final SubmitRules rules;
  private final OrderViews views;
  private final QueueManager queue;
  private final QueueRoom room;
  private final Clock clock;

  BatchSubmission(
      WorkOrderService service,
      Supervision supervision,
      SubmitRules rules,
      OrderViews views,
      QueueManager queue,
      QueueRoom room) {
    this.service = service;
    this.rules = rules;
    this.views = views;
    this.orders = supervision.orders();
    this.stored = supervision.store().workOrders();
    this.queue = queue;
    this.room = room;
    this.clock = supervision.clock();
  }

  /** What became of one order of a batch. */
  public sealed interface Result {

    /**
     * The order is durable.
     *
     * @param created false: it is the earlier order with the same idempotency key
     */
    record Accepted(WorkOrderView order, boolean created) implements Result {}

    /** The order was refused. */
    record Refused(AgentGateException reason) implements Result {}
  }

  /**
   * Submits orders; returns when all accepted ones are durable.
   *
   * @return what became of each order, in the same sequence
   * @throws AgentGateException if the service takes no orders at all now; none was accepted then
   */
  public List<Result> submit(List<SubmitOrder> requests) {
    service.refuseWhenStopping();
    Instant now = clock.instant();
    List<Entry> entries = requests.stream().map(Entry::new).toList();
    entries.forEach(entry -> check(entry, now));
    List<Entry> fresh = entries.stream().filter(entry -> entry.order.isPresent()).toList();
    int taken = room.take(fresh.size());
    try {
      fresh.subList(taken, fresh.size()).forEach(entry -> entry.refusal = Optional.of(room.full()));
      insert(fresh.subList(0, taken));
    } finally {
      room.giveBack(taken);
    }
    return entries.stream().map(this::resultOf).toList();
  }

  /** Prepares an order, unless its values are refused or its idempotency key is known. */
  private void check(Entry entry, Instant now) {
    try {
      var spec = rules.complete(entry.request);
      entry.earlier =
          entry
              .request
              .idempotencyKey()
              .map(IdempotencyKey::key)
              .flatMap(stored::findByIdempotencyKey);
      if (entry.earlier.isEmpty()) {
        WorkOrderId id = WorkOrderId.next(now);
        entry.order =
            Optional.of(WorkOrder.submitted(id, spec, entry.request.idempotencyKey(), now));
      }
    } catch (InvalidOrderException | StoreUnavailableException e) {
      // The store may be unable to read the one order that has the key.
      entry.refusal = Optional.of(e);
    }
  }

  private void insert(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    List<Optional<WorkOrder>> earlier =
        orders.insertAll(entries.stream().map(entry -> entry.order.orElseThrow()).toList());
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      entry.earlier = earlier.get(i);
      if (entry.earlier.isEmpty()) {
        queue.enqueued(entry.order.orElseThrow());
      }
    }
  }

  private Result resultOf(Entry entry) {
    if (entry.refusal.isPresent()) {
      return new Result.Refused(entry.refusal.get());
    }
    if (entry.earlier.isEmpty()) {
      return new Result.Accepted(views.of(entry.order.orElseThrow()), true);
    }
    try {
      WorkOrder same = WorkOrderService.sameRequest(entry.earlier.get(), entry.request);
      return new Result.Accepted(views.of(same), false);
    } catch (AgentGateException e) {
      return new Result.Refused(e);
    }
  }

  /** One order on its way. */
  private static final class Entry {
    private final SubmitOrder request;
    private Optional<WorkOrder> order = Optional.empty();
    private Optional<WorkOrder> earlier = Optional.empty();
    private Optional<AgentGateException> refusal = Optional.empty();

    private Entry(SubmitOrder request) {
      this.request = request;
    }
  }
}
