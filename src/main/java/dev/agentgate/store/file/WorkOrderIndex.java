package dev.agentgate.store.file;

import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every order without its body, sorted in the ways in which they are requested. The index contains
 * exactly the acknowledged changes. Safe for use by many threads.
 */
final class WorkOrderIndex {
  // Guards the ordered sets below and the queue.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<WorkOrderStatus, OrderedChunks<IndexEntry>> byStatus =
      new EnumMap<>(WorkOrderStatus.class);
  private final Map<WorkOrderStatus, OrderedChunks<IndexEntry>> terminal =
      new EnumMap<>(WorkOrderStatus.class);
  private final QueueIndex queue;
  private final LabelIndex byLabel = new LabelIndex();
  private final OrderedChunks<IndexEntry> byKey = new OrderedChunks<>(IndexEntry.BY_KEY);
  private volatile boolean paused;

  /**
   * @param queueOrder which of two waiting orders comes first
   */
  WorkOrderIndex(Comparator<QueueEntry> queueOrder) {
    this.queue = new QueueIndex(lock.readLock(), queueOrder);
    for (WorkOrderStatus status : WorkOrderStatus.values()) {
      byStatus.put(status, new OrderedChunks<>(IndexEntry.NEWEST_FIRST));
      if (status.isTerminal()) {
        terminal.put(status, new OrderedChunks<>(IndexEntry.LONGEST_TERMINAL_FIRST));
      }
    }
  }

  private OrderedChunks<IndexEntry> of(WorkOrderStatus status) {
    return Objects.requireNonNull(byStatus.get(status));
  }

  /** Adds everything that was on disk; the index must be empty. */
  void fill(Collection<IndexEntry> entries) {
    Map<WorkOrderStatus, List<IndexEntry>> groups = new EnumMap<>(WorkOrderStatus.class);
    List<IndexEntry> keyed = new ArrayList<>();
    for (IndexEntry entry : entries) {
      groups.computeIfAbsent(entry.status(), _ -> new ArrayList<>()).add(entry);
      if (entry.hasKey()) {
        keyed.add(entry);
      }
    }
    lock.writeLock().lock();
    try {
      groups.forEach((status, group) -> of(status).fill(group));
      byLabel.fill(entries);
      terminal.forEach((status, rest) -> rest.fill(groups.getOrDefault(status, List.of())));
      byKey.fill(keyed);
      queue.fill(entries);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Makes several changes that become visible at once. */
  void change(Consumer<Changes> changes) {
    lock.writeLock().lock();
    try {
      changes.accept(new Changes());
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** The possible changes, made while the lock is held. */
  final class Changes {
    private Changes() {}

    void put(IndexEntry entry) {
      remove(entry.id());
      of(entry.status()).add(entry);
      byLabel.add(entry);
      OrderedChunks<IndexEntry> rest = terminal.get(entry.status());
      if (rest != null) {
        rest.add(entry);
      }
      queue.add(entry);
      if (entry.hasKey()) {
        byKey.add(entry);
      }
    }

    void remove(WorkOrderId id) {
      IndexEntry before = find(id);
      if (before != null) {
        takeOut(before);
      }
    }

    private void takeOut(IndexEntry entry) {
      of(entry.status()).remove(entry);
      byLabel.remove(entry);
      OrderedChunks<IndexEntry> rest = terminal.get(entry.status());
      if (rest != null) {
        rest.remove(entry);
      }
      queue.remove(entry);
      if (entry.hasKey()) {
        byKey.remove(entry);
      }
    }
  }

  QueueIndex queue() {
    return queue;
  }

  @Nullable IndexEntry get(WorkOrderId id) {
    lock.readLock().lock();
    try {
      return find(id);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Finds an entry while the lock is held. */
  private @Nullable IndexEntry find(WorkOrderId id) {
    IndexEntry place = placeOf(id, null);
    for (OrderedChunks<IndexEntry> same : byStatus.values()) {
      IndexEntry found = same.find(place);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Nullable WorkOrderId holderOf(String idempotencyKey) {
    KeyDigest key = KeyDigest.of(idempotencyKey);
    lock.readLock().lock();
    try {
      // No order has the smallest id, because its time is 1970.
      Iterator<IndexEntry> from = byKey.after(placeOf(new WorkOrderId(0, 0), key));
      IndexEntry next = from.hasNext() ? from.next() : null;
      return next != null && key.equals(next.key()) ? next.id() : null;
    } finally {
      lock.readLock().unlock();
    }
  }

  boolean isPaused() {
    return paused;
  }

  void setPaused(boolean paused) {
    this.paused = paused;
  }

  int size() {
    lock.readLock().lock();
    try {
      return sizeHeld();
    } finally {
      lock.readLock().unlock();
    }
  }

  private int sizeHeld() {
    return byStatus.values().stream().mapToInt(OrderedChunks::size).sum();
  }

  /** Returns all entries at one moment. */
  List<IndexEntry> entries() {
    lock.readLock().lock();
    try {
      List<IndexEntry> all = new ArrayList<>(sizeHeld());
      for (OrderedChunks<IndexEntry> same : byStatus.values()) {
        same.iterator().forEachRemaining(all::add);
      }
      return all;
    } finally {
      lock.readLock().unlock();
    }
  }

  Iterator<WorkOrderId> ids() {
    return entries().stream().map(IndexEntry::id).iterator();
  }

  StatusCounts counts() {
    lock.readLock().lock();
    try {
      return new StatusCounts(
          of(WorkOrderStatus.QUEUED).size(),
          of(WorkOrderStatus.RUNNING).size(),
          of(WorkOrderStatus.COMPLETED).size(),
          of(WorkOrderStatus.FAILED).size(),
          of(WorkOrderStatus.CANCELLED).size());
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Returns the order's place in the queue, from 1 on; empty if it is not waiting. */
  OptionalInt queuePosition(WorkOrderId id) {
    lock.readLock().lock();
    try {
      IndexEntry entry = find(id);
      return entry == null || entry.waiting() == null
          ? OptionalInt.empty()
          : OptionalInt.of(queue.rank(entry.waiting()) + 1);
    } finally {
      lock.readLock().unlock();
    }
  }

  WorkOrderIdPage page(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    lock.readLock().lock();
    try {
      List<WorkOrderId> ids = firstMatches(filter, before, limit + 1);
      boolean more = ids.size() > limit;
      return new WorkOrderIdPage(more ? ids.subList(0, limit) : ids, countMatches(filter), more);
    } finally {
      lock.readLock().unlock();
    }
  }

  List<WorkOrderId> matching(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    lock.readLock().lock();
    try {
      return firstMatches(filter, before, limit);
    } finally {
      lock.readLock().unlock();
    }
  }

  private List<WorkOrderId> firstMatches(
      WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    Iterator<IndexEntry> candidates = new Merge(candidates(filter), before);
    List<WorkOrderId> ids = new ArrayList<>();
    while (ids.size() < limit && candidates.hasNext()) {
      IndexEntry entry = candidates.next();
      if (entry.matches(filter)) {
        ids.add(entry.id());
      }
    }
    return ids;
  }

  /** Returns sets that contain all orders that match: those with the rarest of the labels. */
  private List<OrderedChunks<IndexEntry>> candidates(WorkOrderFilter filter) {
    return filter.labels().isEmpty()
        ? statusesOf(filter).stream().map(this::of).toList()
        : byLabel.rarest(filter.labels()).stream().toList();
  }

  private static Set<WorkOrderStatus> statusesOf(WorkOrderFilter filter) {
    return filter.statuses().isEmpty() ? EnumSet.allOf(WorkOrderStatus.class) : filter.statuses();
  }

  private long countMatches(WorkOrderFilter filter) {
    List<OrderedChunks<IndexEntry>> candidates = candidates(filter);
    if (isMetByAllCandidates(filter)) {
      return candidates.stream().mapToLong(OrderedChunks::size).sum();
    }
    long count = 0;
    for (OrderedChunks<IndexEntry> entries : candidates) {
      for (Iterator<IndexEntry> each = entries.iterator(); each.hasNext(); ) {
        if (each.next().matches(filter)) {
          count++;
        }
      }
    }
    return count;
  }

  /** Whether all {@link #candidates} match: the filter has only statuses, or only one label. */
  private static boolean isMetByAllCandidates(WorkOrderFilter filter) {
    return filter.equals(WorkOrderFilter.ofStatuses(filter.statuses()))
        || (filter.labels().size() == 1 && filter.withoutLabels().equals(WorkOrderFilter.ALL));
  }

  List<RunningEntry> running() {
    List<RunningEntry> running = new ArrayList<>();
    lock.readLock().lock();
    try {
      for (Iterator<IndexEntry> each = of(WorkOrderStatus.RUNNING).iterator(); each.hasNext(); ) {
        running.add(Objects.requireNonNull(each.next().running()));
      }
    } finally {
      lock.readLock().unlock();
    }
    running.sort(Comparator.comparing(RunningEntry::startedAt).thenComparing(entry -> entry.id()));
    return running;
  }

  List<WorkOrderId> terminalBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    List<IndexEntry> found = new ArrayList<>();
    lock.readLock().lock();
    try {
      for (WorkOrderStatus status : statuses) {
        OrderedChunks<IndexEntry> rest = terminal.get(status);
        if (rest == null) {
          continue;
        }
        Iterator<IndexEntry> each = rest.iterator();
        for (int i = 0; i < limit && each.hasNext(); i++) {
          IndexEntry entry = each.next();
          if (!Objects.requireNonNull(entry.terminalSince()).isBefore(cutoff)) {
            break;
          }
          found.add(entry);
        }
      }
    } finally {
      lock.readLock().unlock();
    }
    return found.stream()
        .sorted(IndexEntry.LONGEST_TERMINAL_FIRST)
        .limit(limit)
        .map(IndexEntry::id)
        .toList();
  }

  /** The entries of several sets as one sequence, newest first. */
  private static final class Merge implements Iterator<IndexEntry> {
    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(
            Comparator.comparing((Head head) -> head.entry, IndexEntry.NEWEST_FIRST));

    private Merge(List<OrderedChunks<IndexEntry>> sets, Optional<WorkOrderId> before) {
      for (OrderedChunks<IndexEntry> entries : sets) {
        advance(before.map(id -> entries.after(placeOf(id, null))).orElseGet(entries::iterator));
      }
    }

    private void advance(Iterator<IndexEntry> each) {
      if (each.hasNext()) {
        heads.add(new Head(each.next(), each));
      }
    }

    @Override
    public boolean hasNext() {
      return !heads.isEmpty();
    }

    @Override
    public IndexEntry next() {
      Head head = heads.remove();
      advance(head.rest);
      return head.entry;
    }
  }

  private record Head(IndexEntry entry, Iterator<IndexEntry> rest) {}

  /** Returns an entry that sorts where the order is or was, by its id or by its key. */
  private static IndexEntry placeOf(WorkOrderId id, @Nullable KeyDigest key) {
    return new IndexEntry(
        id,
        0,
        List.of(),
        new IndexEntry.Fixed("", IndexEntry.NO_LABELS, 0, Optional.empty(), key),
        new IndexEntry.Standing(WorkOrderStatus.CANCELLED, null, null, null, null));
  }
}
