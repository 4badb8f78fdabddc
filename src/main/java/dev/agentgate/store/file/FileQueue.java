package dev.agentgate.store.file;

import dev.agentgate.store.Claim;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The queue, based on the index. Only one process uses the data directory, so a lease never ends
 * and renewing it costs nothing.
 */
final class FileQueue implements WorkQueue {
  /**
   * The number of characters of prompts after which a claim takes no further order. This much fits
   * well into one frame of the journal.
   */
  private static final long LARGEST_CLAIM = 1 << 20;

  private final OpenIndex index;
  private final FileWorkOrders orders;
  private final FileRuns runs;
  private final WriteBehind writeBehind;
  private final Journal journal;
  private final Clock clock;

  /** Held for a whole claim, so that two claims together exceed no limit. */
  private final ReentrantLock claiming = new ReentrantLock();

  FileQueue(
      OpenIndex index,
      FileWorkOrders orders,
      FileRuns runs,
      WriteBehind writeBehind,
      Journal journal,
      Clock clock) {
    this.index = index;
    this.orders = orders;
    this.runs = runs;
    this.writeBehind = writeBehind;
    this.journal = journal;
    this.clock = clock;
  }

  @Override
  public List<WorkOrder> claim(Claim claim) {
    index.check();
    writeBehind.awaitRoom();
    claiming.lock();
    List<WorkOrder> held = new ArrayList<>();
    boolean claimed = false;
    try {
      if (!isPaused()) {
        hold(claim, held);
      }
      if (!held.isEmpty()) {
        journal.append(held.stream().<Change>map(orders::put).toList());
      }
      claimed = true;
      return held;
    } finally {
      held.forEach(order -> orders.letGo(order.id()));
      claiming.unlock();
      if (!claimed) {
        held.forEach(order -> runs.discard(order.runs().getLast()));
      }
    }
  }

  /**
   * Holds the orders that may be claimed and adds them to {@code held} in their claimed state, each
   * with room for its run.
   */
  private void hold(Claim claim, List<WorkOrder> held) {
    Instant now = clock.instant();
    Map<String, Integer> more = new HashMap<>();
    long size = 0;
    for (Iterator<QueueEntry> queue = candidates(claim);
        queue.hasNext() && held.size() < claim.slots() && size < LARGEST_CLAIM; ) {
      QueueEntry entry = queue.next();
      if (entry.notBefore().filter(now::isBefore).isPresent()
          || (claim.requestedOnly() && !entry.requested())
          || isFull(entry, claim, more)
          || !claim.admits().test(entry)) {
        continue;
      }
      Optional<WorkOrder> waiting = orders.hold(entry);
      if (waiting.isPresent()) {
        RunId run = RunId.next(now);
        WorkOrder running = waiting.get().start(run, now, FileStore.LEASE);
        held.add(running);
        size += running.spec().taskPrompt().length();
        runs.begin(Run.preparing(run, entry.id(), running.attempts(), now));
        entry.repository().ifPresent(name -> more.merge(name, 1, Integer::sum));
      }
    }
  }

  private Iterator<QueueEntry> candidates(Claim claim) {
    if (claim.only().isEmpty()) {
      return claim.requestedOnly() ? index.get().queue().requestedFromHead() : fromHead();
    }
    IndexEntry entry = index.get().get(claim.only().get());
    return entry == null || entry.waiting() == null
        ? List.<QueueEntry>of().iterator()
        : List.of(entry.waiting()).iterator();
  }

  private boolean isFull(QueueEntry entry, Claim claim, Map<String, Integer> more) {
    return claim.perRepository() > 0
        && entry
            .repository()
            .filter(name -> runningOf(name) + more.getOrDefault(name, 0) >= claim.perRepository())
            .isPresent();
  }

  @Override
  public Optional<WorkOrder> release(WorkOrder claimed, Instant now) {
    WorkOrder waiting = claimed.release(now);
    if (!orders.update(waiting)) {
      return Optional.empty();
    }
    runs.discard(claimed.runs().getLast());
    return Optional.of(waiting);
  }

  @Override
  public Set<WorkOrderId> renew(Set<WorkOrderId> orders, Duration lease) {
    Set<WorkOrderId> lost = new HashSet<>(orders);
    lost.removeIf(this::isRunning);
    return lost;
  }

  private boolean isRunning(WorkOrderId id) {
    IndexEntry entry = index.get().get(id);
    return entry != null && entry.running() != null;
  }

  @Override
  public List<WorkOrder> takeExpired(Duration lease, int limit) {
    return List.of();
  }

  @Override
  public Iterator<QueueEntry> fromHead() {
    return index.get().queue().fromHead();
  }

  @Override
  public OptionalInt position(WorkOrderId id) {
    return index.get().queuePosition(id);
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    return index.get().queue().oldestQueuedAt();
  }

  @Override
  public Optional<Instant> nextBackoffEnd() {
    return index.get().queue().nextBackoffEnd(clock.instant());
  }

  @Override
  public int runningOf(String repository) {
    return index.get().queue().runningOf(repository);
  }

  @Override
  public List<RunningEntry> running() {
    return index.get().running();
  }

  @Override
  public boolean isPaused() {
    return index.get().isPaused();
  }

  @Override
  public void setPaused(boolean paused) {
    index.check();
    writeBehind.awaitRoom();
    journal.append(new Change.Pause(paused));
  }
}
