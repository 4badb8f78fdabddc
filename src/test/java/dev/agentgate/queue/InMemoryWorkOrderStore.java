package dev.agentgate.queue;

import dev.agentgate.store.QuarantinedOrders;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A store without a disk: what the queue's rules need, as plainly as possible. */
class InMemoryWorkOrderStore implements WorkOrderStore {
  private final Map<WorkOrderId, WorkOrder> orders = new TreeMap<>();
  private final Map<RunId, Run> runs = new TreeMap<>();
  private final Map<WorkOrderId, Runnable> afterFind = new TreeMap<>();
  private QuarantinedOrders quarantined = QuarantinedOrders.NONE;
  private boolean paused;
  private boolean refusing;

  /** Whether every write is refused from now on, as with a full disk. */
  synchronized void refuseWrites(boolean refuse) {
    refusing = refuse;
  }

  /** What somebody else does right after this order is read the next time. */
  synchronized void afterNextFind(WorkOrderId id, Runnable action) {
    afterFind.put(id, action);
  }

  private void checkWritable() {
    if (refusing) {
      throw new StoreUnavailableException("No space left on device");
    }
  }

  @Override
  public synchronized Optional<WorkOrder> insert(WorkOrder order) {
    checkWritable();
    Optional<WorkOrder> earlier =
        order.idempotencyKey().map(IdempotencyKey::key).flatMap(this::findByIdempotencyKey);
    if (earlier.isEmpty()) {
      orders.put(order.id(), order);
    }
    return earlier;
  }

  @Override
  public synchronized boolean update(WorkOrder order) {
    checkWritable();
    if (find(order.id()).filter(stored -> stored.revision() == order.revision() - 1).isEmpty()) {
      return false;
    }
    orders.put(order.id(), order);
    return true;
  }

  @Override
  public synchronized boolean remove(WorkOrder order) {
    checkWritable();
    return find(order.id()).filter(stored -> stored.revision() == order.revision()).isPresent()
        && orders.remove(order.id()) != null;
  }

  @Override
  public synchronized Optional<WorkOrder> find(WorkOrderId id) {
    Optional<WorkOrder> found = Optional.ofNullable(orders.get(id));
    Optional.ofNullable(afterFind.remove(id)).ifPresent(Runnable::run);
    return found;
  }

  @Override
  public synchronized Optional<WorkOrder> findByIdempotencyKey(String key) {
    return orders.values().stream()
        .filter(order -> order.idempotencyKey().filter(held -> held.key().equals(key)).isPresent())
        .findFirst();
  }

  @Override
  public synchronized WorkOrderIdPage listIds(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    List<WorkOrder> matching =
        orders.values().stream()
            .filter(
                order -> filter.statuses().isEmpty() || filter.statuses().contains(order.status()))
            .sorted(Comparator.comparing(WorkOrder::id).reversed())
            .toList();
    List<WorkOrder> rest =
        matching.stream()
            .filter(order -> before.filter(id -> order.id().compareTo(id) >= 0).isEmpty())
            .toList();
    return new WorkOrderIdPage(
        rest.stream().limit(limit).map(WorkOrder::id).toList(),
        matching.size(),
        rest.size() > limit);
  }

  @Override
  public synchronized StatusCounts counts() {
    return new StatusCounts(
        count(WorkOrderStatus.QUEUED),
        count(WorkOrderStatus.RUNNING),
        count(WorkOrderStatus.COMPLETED),
        count(WorkOrderStatus.FAILED),
        count(WorkOrderStatus.CANCELLED));
  }

  private long count(WorkOrderStatus status) {
    return orders.values().stream().filter(order -> order.status() == status).count();
  }

  @Override
  public synchronized OptionalInt queuePosition(WorkOrderId id) {
    List<WorkOrderId> waiting = queued().map(QueueEntry::id).toList();
    int index = waiting.indexOf(id);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
  }

  private Stream<QueueEntry> queued() {
    return orders.values().stream().map(QueueEntry::of).flatMap(Optional::stream).sorted();
  }

  @Override
  public synchronized Iterator<QueueEntry> queue() {
    return queued().toList().iterator();
  }

  @Override
  public synchronized Optional<Instant> oldestQueuedAt() {
    return orders.values().stream()
        .filter(order -> order.status() == WorkOrderStatus.QUEUED)
        .map(WorkOrder::queuedAt)
        .min(Comparator.naturalOrder());
  }

  @Override
  public synchronized List<RunningEntry> running() {
    return orders.values().stream()
        .filter(order -> order.state() instanceof Running)
        .map(order ->
            new RunningEntry(
                order.id(),
                ((Running) order.state()).current().run(),
                ((Running) order.state()).current().startedAt(),
                order.spec().workspaceSource().repository()))
        .sorted(Comparator.comparing(RunningEntry::startedAt))
        .toList();
  }

  @Override
  public synchronized List<WorkOrderId> atRestBefore(
      Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return orders.values().stream()
        .filter(order -> statuses.contains(order.status()) && order.updatedAt().isBefore(cutoff))
        .sorted(Comparator.comparing(WorkOrder::updatedAt))
        .map(WorkOrder::id)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized List<RunId> runsOf(WorkOrderId id) {
    return find(id).map(WorkOrder::runs).orElse(List.of());
  }

  @Override
  public synchronized Iterator<WorkOrderId> ids() {
    return List.copyOf(orders.keySet()).iterator();
  }

  @Override
  public synchronized void saveRun(Run run) {
    checkWritable();
    runs.put(run.id(), run);
  }

  @Override
  public synchronized Optional<Run> findRun(RunId id) {
    return Optional.ofNullable(runs.get(id));
  }

  synchronized Collection<Run> runs() {
    return List.copyOf(runs.values());
  }

  @Override
  public synchronized boolean isPaused() {
    return paused;
  }

  @Override
  public synchronized void setPaused(boolean paused) {
    checkWritable();
    this.paused = paused;
  }

  /** An order whose file nobody could read: it is in quarantine now. */
  synchronized void quarantine(QuarantinedOrders orders) {
    quarantined = orders;
    orders.named().forEach(this.orders::remove);
  }

  @Override
  public synchronized QuarantinedOrders quarantinedOrders() {
    return quarantined;
  }

  @Override
  public StoreHealth health() {
    return new StoreHealth(Optional.empty(), false, 0, Instant.EPOCH);
  }

  @Override
  public void close() {}
}
