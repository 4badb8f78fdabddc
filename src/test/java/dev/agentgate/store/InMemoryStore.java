package dev.agentgate.store;

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
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A store without a disk, as plainly as possible, which can be told to fail. */
public class InMemoryStore implements Store, WorkOrders, Runs, WorkQueue {
  private final Map<WorkOrderId, WorkOrder> orders = new TreeMap<>();
  private final Map<RunId, Run> runs = new TreeMap<>();
  private final Map<WorkOrderId, Runnable> afterFind = new TreeMap<>();
  private final Set<WorkOrderId> unreadable = new HashSet<>();
  private boolean paused;
  private boolean refusing;
  private boolean closed;

  /** The same store, open again. */
  public synchronized InMemoryStore reopen() {
    closed = false;
    return this;
  }

  private void checkOpen() {
    if (closed) {
      throw new StoreUnavailableException("The store is closed.");
    }
  }

  /** Whether every write is refused from now on, as with a full disk. */
  public synchronized void refuseWrites(boolean refuse) {
    refusing = refuse;
  }

  /** What somebody else does right after this order is read the next time. */
  public synchronized void afterNextFind(WorkOrderId id, Runnable action) {
    afterFind.put(id, action);
  }

  private void checkWritable() {
    checkOpen();
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
  public synchronized WorkOrderIdPage page(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    List<WorkOrder> matching =
        orders.values().stream()
            .filter(order -> matches(order, filter))
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

  private static boolean matches(WorkOrder order, WorkOrderFilter filter) {
    return (filter.statuses().isEmpty() || filter.statuses().contains(order.status()))
        && filter.agentType().filter(type -> !type.equals(order.spec().agentType())).isEmpty()
        && order.spec().labels().entrySet().containsAll(filter.labels().entrySet());
  }

  @Override
  public synchronized StatusCounts counts() {
    checkOpen();
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
  public synchronized OptionalInt position(WorkOrderId id) {
    List<WorkOrderId> waiting = queued().map(QueueEntry::id).toList();
    int index = waiting.indexOf(id);
    return index < 0 ? OptionalInt.empty() : OptionalInt.of(index + 1);
  }

  private Stream<QueueEntry> queued() {
    return orders.values().stream().map(QueueEntry::of).flatMap(Optional::stream).sorted();
  }

  @Override
  public synchronized Iterator<QueueEntry> fromHead() {
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
        .sorted(Comparator.comparing(RunningEntry::startedAt).thenComparing(RunningEntry::id))
        .toList();
  }

  @Override
  public synchronized List<WorkOrderId> terminalBefore(
      Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return orders.values().stream()
        .filter(order -> statuses.contains(order.status()) && order.updatedAt().isBefore(cutoff))
        .sorted(Comparator.comparing(WorkOrder::updatedAt).thenComparing(WorkOrder::id))
        .map(WorkOrder::id)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized List<RunId> ofOrder(WorkOrderId id) {
    return find(id).map(WorkOrder::runs).orElse(List.of());
  }

  @Override
  public synchronized Iterator<WorkOrderId> ids() {
    return List.copyOf(orders.keySet()).iterator();
  }

  @Override
  public synchronized void save(Run run) {
    checkWritable();
    runs.put(run.id(), run);
  }

  @Override
  public synchronized void remove(RunId run) {
    runs.remove(run);
  }

  @Override
  public synchronized Optional<Run> find(RunId id) {
    return Optional.ofNullable(runs.get(id));
  }

  public synchronized Collection<Run> allRuns() {
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

  /** An order that can be read no more, until {@link #repair}. */
  public synchronized void damage(WorkOrderId id) {
    unreadable.add(id);
    orders.remove(id);
  }

  /** What could not be read is gone: a person took it away. */
  public synchronized void repair() {
    unreadable.clear();
  }

  @Override
  public synchronized boolean mayBelongToUnreadableOrder(RunId run) {
    Run record = runs.get(run);
    return record == null ? !unreadable.isEmpty() : unreadable.contains(record.workOrderId());
  }

  @Override
  public WorkOrders workOrders() {
    return this;
  }

  @Override
  public Runs runs() {
    return this;
  }

  @Override
  public WorkQueue queue() {
    return this;
  }

  @Override
  public StoreHealth health() {
    return new StoreHealth(Optional.empty(), Optional.empty());
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
