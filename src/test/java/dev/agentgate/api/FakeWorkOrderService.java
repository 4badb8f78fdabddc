package dev.agentgate.api;

import dev.agentgate.process.StopReport;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.RunView;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.queue.WorkOrderList;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.queue.WorkOrderView;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/** Orders in memory; a requested run runs until it is stopped. */
@Singleton
class FakeWorkOrderService extends WorkOrderService {
  private final NavigableMap<WorkOrderId, WorkOrder> orders = new ConcurrentSkipListMap<>();
  private final NavigableMap<RunId, Run> runs = new ConcurrentSkipListMap<>();
  private boolean paused;

  @Override
  public synchronized Submitted submit(SubmitOrder order) {
    String agent = order.agentType().orElse("claude-code");
    if (!Set.of("claude-code", "shell").contains(agent)) {
      throw new AgentGateException(Kind.INVALID, "Unknown agent type: " + agent);
    }
    if (order.idempotencyKey().isPresent()) {
      for (WorkOrder known : orders.values()) {
        if (known.idempotencyKey().isPresent()
            && known.idempotencyKey().get().key().equals(order.idempotencyKey().get().key())) {
          if (!known.idempotencyKey().equals(order.idempotencyKey())) {
            throw new AgentGateException(Kind.IDEMPOTENCY_KEY_REUSED, "Idempotency key reused");
          }
          return new Submitted(view(known), false);
        }
      }
    }
    WorkOrder created =
        WorkOrder.submitted(
            WorkOrderId.next(Instant.now()),
            new WorkOrderSpec(
                order.taskPrompt(),
                agent,
                new WorkspaceSource.Empty(),
                new RunLimits(
                    order.maxTime().orElse(Duration.ofHours(1)),
                    order.idleTimeout(),
                    order.queueTtl(),
                    order.maxAttempts().orElse(1),
                    order.retryOn()),
                order.maxIterations(),
                order.priority(),
                order.labels()),
            order.idempotencyKey(),
            Instant.now());
    orders.put(created.id(), created);
    return new Submitted(view(created), true);
  }

  private static WorkOrderView view(WorkOrder order) {
    return new WorkOrderView(
        order,
        order.status() == WorkOrderStatus.QUEUED ? OptionalInt.of(1) : OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private WorkOrder find(WorkOrderId id) {
    WorkOrder order = orders.get(id);
    if (order == null) {
      throw new AgentGateException(Kind.NOT_FOUND, "Work order not found");
    }
    return order;
  }

  private WorkOrder findOpen(WorkOrderId id) {
    WorkOrder order = find(id);
    if (order.status().isTerminal()) {
      throw new AgentGateException(
          Kind.CONFLICT,
          "Work order " + id + " is already in terminal state: " + order.status().wireName());
    }
    return order;
  }

  @Override
  public WorkOrderView get(WorkOrderId id) {
    return view(find(id));
  }

  @Override
  public WorkOrderList list(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    List<WorkOrder> matching = new ArrayList<>();
    for (WorkOrder order : orders.descendingMap().values()) {
      if ((filter.statuses().isEmpty() || filter.statuses().contains(order.status()))
          && filter.agentType().orElse(order.spec().agentType()).equals(order.spec().agentType())
          && order.spec().labels().entrySet().containsAll(filter.labels().entrySet())) {
        matching.add(order);
      }
    }
    List<WorkOrder> rest =
        matching.stream()
            .filter(order -> before.isEmpty() || order.id().compareTo(before.get()) < 0)
            .toList();
    return new WorkOrderList(
        rest.stream().limit(limit).map(FakeWorkOrderService::view).toList(),
        matching.size(),
        rest.size() > limit);
  }

  @Override
  public synchronized StopReport cancel(WorkOrderId id) {
    WorkOrder order = findOpen(id);
    orders.put(id, order.cancel(Instant.now()));
    return new StopReport(order.status() == WorkOrderStatus.RUNNING, 0, Duration.ofMillis(12));
  }

  @Override
  public synchronized StopReport kill(WorkOrderId id, boolean force) {
    WorkOrder order = find(id);
    if (order.status() != WorkOrderStatus.RUNNING) {
      throw new AgentGateException(
          Kind.NOT_RUNNING,
          "Work order " + id + " is not running (status: " + order.status().wireName() + ")");
    }
    orders.put(
        id,
        order.fail(FailureReason.KILLED, "Force killed by user", Optional.empty(), Instant.now()));
    return new StopReport(true, 0, Duration.ofMillis(12));
  }

  @Override
  public synchronized void purge(WorkOrderId id) {
    orders.remove(find(id).id());
  }

  @Override
  public synchronized long purgeAll(
      WorkOrderStatus status, Optional<Duration> olderThan, boolean dryRun) {
    List<WorkOrderId> ids =
        orders.values().stream()
            .filter(order -> order.status() == status)
            .filter(order ->
                olderThan.isEmpty()
                    || order.updatedAt().isBefore(Instant.now().minus(olderThan.get())))
            .map(WorkOrder::id)
            .toList();
    if (!dryRun) {
      ids.forEach(orders::remove);
    }
    return ids.size();
  }

  @Override
  public synchronized Optional<RunId> requestRun(WorkOrderId id) {
    WorkOrder order = find(id);
    if (order.status() == WorkOrderStatus.RUNNING) {
      throw new AgentGateException(Kind.CONFLICT, "Work order " + id + " is already running");
    }
    WorkOrder queued = order.status().isTerminal() ? order.requeue(Instant.now()) : order;
    RunId run = RunId.next(Instant.now());
    orders.put(id, queued.start(run, Instant.now()));
    runs.put(run, Run.preparing(run, id, queued.attempts() + 1, Instant.now()).running(4711));
    return Optional.of(run);
  }

  @Override
  public List<RunView> runs(WorkOrderId id) {
    List<RunView> views = new ArrayList<>();
    find(id).runs().forEach(run -> views.add(run(run)));
    Collections.reverse(views);
    return views;
  }

  @Override
  public RunView run(RunId id) {
    Run run = runs.get(id);
    if (run == null) {
      throw new AgentGateException(Kind.NOT_FOUND, "Run not found");
    }
    boolean lives = find(run.workOrderId()).status() == WorkOrderStatus.RUNNING;
    return new RunView(
        lives ? run : run.ended(new RunState.Cancelled(Instant.now(), Optional.empty())), 0);
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
  }

  @Override
  public QueueHealth health() {
    return new QueueHealth(
        new StatusCounts(count(WorkOrderStatus.QUEUED), 0, 0, 0, 0),
        2,
        Optional.empty(),
        Optional.empty(),
        Duration.ofMinutes(30),
        List.of(),
        paused ? Set.of(QueueHealth.Block.PAUSED) : Set.of(),
        paused,
        Instant.now());
  }

  private long count(WorkOrderStatus status) {
    return orders.values().stream().filter(order -> order.status() == status).count();
  }
}
