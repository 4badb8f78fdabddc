package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries acknowledged changes from the journal into the files, behind the writers, in one thread
 * of its own. Bodies stay in memory until their file is there. A segment of the journal is dropped
 * once everything in it is synced elsewhere.
 *
 * <p>A file that cannot be written is tried again for as long as it takes: the change is safe in
 * the journal. A file that cannot be synced stops the store, as in the journal.
 */
final class Settler {
  /** More unsettled orders than this hold writers back. */
  private static final int MOST_PENDING = 20_000;

  /** More sealed segments than this hold writers back. */
  private static final int MOST_SEGMENTS = 12;

  /** So many sealed segments are worth a round of syncs; later revisions save earlier ones. */
  private static final int WORTH_SYNCING = 3;

  private static final long OLDEST_SEGMENT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  // Syncs that wait side by side share the file system's commits: six times as fast as one by one.
  private static final int SYNCS_AT_ONCE = 32;
  private static final int STRIPES = 64;
  private static final Logger LOG = Logger.getLogger(Settler.class);

  /** A body whose file is not there yet. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  record Pending(WorkOrder order, byte[] json) {}

  private final OrderFiles files;
  private final WorkOrderIndex index;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("store-settler").unstarted(this::run);
  private final ConcurrentHashMap<WorkOrderId, Pending> pending = new ConcurrentHashMap<>();
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  // Guards what is due, and wakes the settler and who waits for room.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<WorkOrderId> due = new ArrayDeque<>();
  private @Nullable Boolean duePause;
  private boolean asleep;
  private boolean finishing;

  private volatile @Nullable String failure;
  private @Nullable Journal journal;
  private long syncedAt = System.nanoTime();

  Settler(OrderFiles files, WorkOrderIndex index) {
    this.files = files;
    this.index = index;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  void start(Journal journal) {
    this.journal = journal;
    thread.start();
  }

  private Journal journal() {
    if (journal == null) {
      throw new IllegalStateException("Not started");
    }
    return journal;
  }

  /**
   * Waits until there is room for another change.
   *
   * @throws StoreUnavailableException if there will be none soon
   */
  void awaitRoom() {
    if (hasRoom()) {
      return;
    }
    lock.lock();
    try {
      while (!hasRoom()) {
        String reason = failure;
        if (reason != null) {
          throw new StoreUnavailableException(reason);
        }
        if (finishing || journal().isStopped()) {
          return; // The journal says it better.
        }
        room.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom() {
    return pending.mappingCount() < MOST_PENDING && journal().sealedCount() <= MOST_SEGMENTS;
  }

  /** The newest body of an order whose file is not there yet. */
  Optional<WorkOrder> pending(WorkOrderId id) {
    return Optional.ofNullable(pending.get(id)).map(Pending::order);
  }

  /** Takes durable changes over, in order. */
  void take(Collection<Change> changes) {
    lock.lock();
    try {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put -> {
            WorkOrderId id = put.order().id();
            if (pending.put(id, new Pending(put.order(), put.json())) == null) {
              due.add(id);
            }
          }
          case Change.Remove remove -> pending.remove(remove.id());
          case Change.Pause pause -> duePause = pause.paused();
        }
      }
      if (asleep) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes an order's file at once. Its body is no longer pending. */
  void removeFile(WorkOrderId id) throws IOException {
    ReentrantLock stripe = stripe(id);
    stripe.lock();
    try {
      files.remove(id);
    } finally {
      stripe.unlock();
    }
  }

  private ReentrantLock stripe(WorkOrderId id) {
    return stripes[Math.floorMod(id.hashCode(), STRIPES)];
  }

  /** Why files cannot be written now, if they cannot. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    while (true) {
      try {
        boolean finish = isFinishing();
        List<JournalSegment> sealed = journal().sealed();
        boolean settled = settleWhatIsDue();
        if (settled && (finish || isWorthSyncing(sealed))) {
          syncAndDrop(sealed);
        }
        if (finish) {
          return;
        }
        awaitWork(!settled);
      } catch (RuntimeException | Error e) {
        journal().stop("The store met a defect and takes no more writes. Restart the service.", e);
        signalRoom();
        return;
      }
    }
  }

  private boolean isFinishing() {
    lock.lock();
    try {
      return finishing;
    } finally {
      lock.unlock();
    }
  }

  private void awaitWork(boolean failed) {
    lock.lock();
    try {
      room.signalAll();
      asleep = true;
      long nanos = failed ? RETRY_NANOS : LOOK_AGAIN_NANOS;
      while (nanos > 0 && !finishing && (failed || (due.isEmpty() && duePause == null))) {
        nanos = work.awaitNanos(nanos);
      }
      asleep = false;
      // An order that is submitted, started and ended in a moment is written once, and its writers
      // are not woken into a disk that is busy with it.
      nanos = failed ? 0 : GATHER_NANOS;
      while (nanos > 0 && !finishing) {
        nanos = work.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      LOG.debug("Nobody interrupts the settler; it goes on", e);
    } finally {
      asleep = false;
      lock.unlock();
    }
  }

  private void signalRoom() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes what was due when it was called.
   *
   * @return false if something could not be written; it stays due
   */
  private boolean settleWhatIsDue() {
    List<WorkOrderId> batch;
    Boolean pause;
    lock.lock();
    try {
      batch = List.copyOf(due);
      due.clear();
      pause = duePause;
      duePause = null;
    } finally {
      lock.unlock();
    }
    int done = 0;
    try {
      if (pause != null) {
        files.writeSettings(SettingsCodec.encode(pause));
        pause = null;
      }
      for (WorkOrderId id : batch) {
        settle(id);
        done++;
        if (done % 256 == 0) {
          signalRoom();
        }
      }
      if (failure != null) {
        LOG.infof("Work order files can be written again");
        failure = null;
      }
      return true;
    } catch (IOException e) {
      putBack(batch.subList(done, batch.size()), pause);
      String reason = "Work order files cannot be written: " + Journal.reason(e) + ".";
      if (failure == null) {
        LOG.errorf("%s Changes stay in the journal until they can.", reason);
      }
      failure = reason;
      signalRoom();
      return false;
    }
  }

  private void putBack(List<WorkOrderId> batch, @Nullable Boolean pause) {
    lock.lock();
    try {
      for (WorkOrderId id : batch.reversed()) {
        due.addFirst(id);
      }
      if (duePause == null) {
        duePause = pause;
      }
    } finally {
      lock.unlock();
    }
  }

  private void settle(WorkOrderId id) throws IOException {
    ReentrantLock stripe = stripe(id);
    stripe.lock();
    try {
      Pending body = pending.get(id);
      if (body == null) {
        return; // Removed, and its file with it.
      }
      files.write(id, body.json());
      if (pending.remove(id, body)) {
        return;
      }
    } finally {
      stripe.unlock();
    }
    lock.lock();
    try {
      if (pending.containsKey(id)) {
        due.add(id); // It changed meanwhile.
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isWorthSyncing(List<JournalSegment> sealed) {
    return sealed.size() >= WORTH_SYNCING
        || (!sealed.isEmpty() && System.nanoTime() - syncedAt > OLDEST_SEGMENT_NANOS);
  }

  /** Syncs what these segments cover, then drops them. Everything in them has been settled. */
  private void syncAndDrop(List<JournalSegment> sealed) {
    syncedAt = System.nanoTime();
    if (sealed.isEmpty() || journal().isStopped()) {
      return;
    }
    Set<WorkOrderId> touched = new HashSet<>();
    sealed.forEach(segment -> touched.addAll(segment.touched()));
    try {
      syncAll(touched);
      files.syncSettings();
      files.syncDirectories();
    } catch (IOException e) {
      journal()
          .stop(
              "The disk failed to sync ("
                  + Journal.reason(e)
                  + "), so the store takes no more writes. Check the disk, then restart the"
                  + " service.",
              e);
      return;
    }
    try {
      for (JournalSegment segment : sealed) {
        journal().drop(segment);
      }
    } catch (IOException e) {
      LOG.warnf("A segment of the journal could not be dropped: %s", Journal.reason(e));
    }
    signalRoom();
  }

  private void syncAll(Set<WorkOrderId> ids) throws IOException {
    List<Future<?>> syncs = new ArrayList<>();
    List<WorkOrderId> all = List.copyOf(ids);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.clamp(ids.size(), 1, SYNCS_AT_ONCE),
            Thread.ofPlatform().daemon().name("store-sync-", 0).factory())) {
      for (int i = 0; i < SYNCS_AT_ONCE; i++) {
        int first = i;
        syncs.add(
            threads.submit(() -> {
              for (int at = first; at < all.size(); at += SYNCS_AT_ONCE) {
                syncOne(all.get(at));
              }
              return null;
            }));
      }
      for (Future<?> sync : syncs) {
        sync.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts the settler", e);
    }
  }

  private void syncOne(WorkOrderId id) throws IOException {
    if (index.get(id) == null) {
      removeFile(id); // Where it could not be removed at once.
    } else {
      files.sync(id);
    }
  }

  /**
   * Settles everything, drops the journal and ends the thread. What cannot be settled stays in the
   * journal for the next start.
   */
  void finish() {
    lock.lock();
    try {
      finishing = true;
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
