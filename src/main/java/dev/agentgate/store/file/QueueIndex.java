package dev.agentgate.store.file;

import dev.agentgate.workorder.QueueEntry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The waiting orders in the order in which they start, and how many orders of each repository run.
 */
final class QueueIndex {
  private static final Comparator<QueueEntry> LONGEST_WAITING_FIRST =
      Comparator.comparing(QueueEntry::queuedAt).thenComparing(QueueEntry::id);
  private static final int STEP = 64;

  private final Lock reading;
  private final OrderedChunks<QueueEntry> inOrder;

  /** Those that a client has asked to run, so that a claim of them need not pass the others. */
  private final OrderedChunks<QueueEntry> requested;

  private final OrderedChunks<QueueEntry> byWaiting = new OrderedChunks<>(LONGEST_WAITING_FIRST);
  private final NavigableMap<Instant, Integer> backoffs = new TreeMap<>();
  private final ConcurrentHashMap<String, Integer> runningOf = new ConcurrentHashMap<>();

  /**
   * @param reading the read lock; every change of the index holds the matching write lock
   * @param order which of two waiting orders comes first
   */
  QueueIndex(Lock reading, Comparator<QueueEntry> order) {
    this.reading = reading;
    this.inOrder = new OrderedChunks<>(order);
    this.requested = new OrderedChunks<>(order);
  }

  /** Adds everything that was on disk; the index must be empty. */
  void fill(Collection<IndexEntry> entries) {
    List<QueueEntry> waiting = new ArrayList<>();
    for (IndexEntry entry : entries) {
      if (entry.waiting() != null) {
        waiting.add(entry.waiting());
      }
      count(entry, 1);
    }
    inOrder.fill(waiting);
    byWaiting.fill(waiting);
    requested.fill(waiting.stream().filter(QueueEntry::requested).toList());
  }

  void add(IndexEntry entry) {
    if (entry.waiting() != null) {
      inOrder.add(entry.waiting());
      byWaiting.add(entry.waiting());
      if (entry.waiting().requested()) {
        requested.add(entry.waiting());
      }
    }
    count(entry, 1);
  }

  void remove(IndexEntry entry) {
    if (entry.waiting() != null) {
      inOrder.remove(entry.waiting());
      byWaiting.remove(entry.waiting());
      if (entry.waiting().requested()) {
        requested.remove(entry.waiting());
      }
    }
    count(entry, -1);
  }

  private void count(IndexEntry entry, int by) {
    if (entry.running() != null) {
      entry.running().repository().ifPresent(name -> count(runningOf, name, by));
    }
    if (entry.waiting() != null) {
      entry.waiting().notBefore().ifPresent(at -> count(backoffs, at, by));
    }
  }

  private static <K> void count(Map<K, Integer> counts, K key, int by) {
    int count = counts.getOrDefault(key, 0) + by;
    if (count == 0) {
      counts.remove(key);
    } else {
      counts.put(key, count);
    }
  }

  int runningOf(String repository) {
    return runningOf.getOrDefault(repository, 0);
  }

  /** Returns when the first of the current backoffs ends. */
  Optional<Instant> nextBackoffEnd(Instant now) {
    reading.lock();
    try {
      return Optional.ofNullable(backoffs.higherKey(now));
    } finally {
      reading.unlock();
    }
  }

  Optional<Instant> oldestQueuedAt() {
    reading.lock();
    try {
      Iterator<QueueEntry> first = byWaiting.iterator();
      return first.hasNext() ? Optional.of(first.next().queuedAt()) : Optional.empty();
    } finally {
      reading.unlock();
    }
  }

  /**
   * Returns how many orders come before this one, which must be waiting; call with the lock held.
   */
  int rank(QueueEntry entry) {
    return inOrder.rank(entry);
  }

  /**
   * Returns the waiting orders, from the head on. The iterator reads a few at a time and holds no
   * lock in between.
   */
  Iterator<QueueEntry> fromHead() {
    return new Walk(inOrder);
  }

  /** Does the same as {@link #fromHead} for the orders that a client has asked to run. */
  Iterator<QueueEntry> requestedFromHead() {
    return new Walk(requested);
  }

  private final class Walk implements Iterator<QueueEntry> {
    private final OrderedChunks<QueueEntry> orders;
    private final Deque<QueueEntry> ahead = new ArrayDeque<>(STEP);
    private @Nullable QueueEntry last;
    private boolean atEnd;

    private Walk(OrderedChunks<QueueEntry> orders) {
      this.orders = orders;
    }

    @Override
    public boolean hasNext() {
      if (ahead.isEmpty() && !atEnd) {
        look();
      }
      return !ahead.isEmpty();
    }

    private void look() {
      reading.lock();
      try {
        Iterator<QueueEntry> from = last == null ? orders.iterator() : orders.after(last);
        while (from.hasNext() && ahead.size() < STEP) {
          ahead.add(from.next());
        }
      } finally {
        reading.unlock();
      }
      atEnd = ahead.size() < STEP;
    }

    @Override
    public QueueEntry next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      last = ahead.removeFirst();
      return last;
    }
  }
}
