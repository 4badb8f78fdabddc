package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes acknowledged changes from the journal to their files, behind the writers, in a thread of
 * its own. A body stays in memory until its file is written. A segment of the journal is dropped
 * once everything in it is synced elsewhere.
 *
 * <p>If a file cannot be written, writing is retried until it succeeds: the change is safe in the
 * journal. If a file cannot be synced, the store stops, as it does if the journal cannot be synced.
 */
final class WriteBehind {
  /** If more orders than this wait to be written, writers must wait. */
  private static final int MOST_PENDING = 20_000;

  /** If there are more sealed segments than this, writers must wait. */
  private static final int MOST_SEGMENTS = 12;

  private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * If the gathered bodies have more bytes than this, they are written before the second is over.
   */
  private static final long MOST_GATHERED = 2 << 20;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long nothing must have been written before the index is saved. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int STRIPES = 64;
  private static final Logger LOG = Logger.getLogger(WriteBehind.class);

  /** A body whose file is not written yet. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  record Pending(WorkOrder order, byte[] json) {}

  private final OrderFiles files;
  private final WorkOrderIndex index;
  private final ConfiguredDirectory place;
  private final IndexSnapshot snapshot;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("store-write-behind").unstarted(this::run);
  private final ConcurrentHashMap<WorkOrderId, Pending> pending = new ConcurrentHashMap<>();
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  // Guards what is due, and wakes the thread and the writers that wait for room.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<WorkOrderId> due = new ArrayDeque<>();
  private @Nullable Boolean duePause;
  private long gathered;
  private boolean asleep;
  private boolean finishing;

  private volatile @Nullable String failure;
  private @Nullable Journal journal;
  private @Nullable SegmentSync sync;
  private volatile long writtenAt = System.nanoTime();

  /**
   * @param place checked before files are written or synced
   * @param snapshot saved at the end, and when nothing was written for a while
   */
  WriteBehind(
      OrderFiles files, WorkOrderIndex index, ConfiguredDirectory place, IndexSnapshot snapshot) {
    this.files = files;
    this.index = index;
    this.place = place;
    this.snapshot = snapshot;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  void start(Journal journal) {
    this.journal = journal;
    this.sync = new SegmentSync(files, index, place, journal, this::removeFile);
    thread.start();
  }

  private Journal journal() {
    if (journal == null) {
      throw new IllegalStateException("Not started");
    }
    return journal;
  }

  private SegmentSync sync() {
    if (sync == null) {
      throw new IllegalStateException("Not started");
    }
    return sync;
  }

  /**
   * Waits until there is room for another change.
   *
   * @throws StoreUnavailableException if there will be no room soon
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
          return; // The journal gives a better reason.
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

  /** Returns the newest body of an order whose file is not written yet. */
  Optional<WorkOrder> pending(WorkOrderId id) {
    return Optional.ofNullable(pending.get(id)).map(Pending::order);
  }

  /** Adds durable changes, in order. */
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
            gathered += put.json().length;
          }
          case Change.Remove remove -> pending.remove(remove.id());
          case Change.Pause pause -> duePause = pause.paused();
        }
      }
      if (asleep || gathered > MOST_GATHERED) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes an order's file at once. The order must have no pending body any more. */
  void removeFile(WorkOrderId id) throws IOException {
    ReentrantLock stripe = stripe(id);
    stripe.lock();
    try {
      if (!files.remove(id)) {
        // A snapshot could name the order, and this removal does not show in the directory.
        snapshot.distrust();
      }
      writtenAt = System.nanoTime();
    } finally {
      stripe.unlock();
    }
  }

  private ReentrantLock stripe(WorkOrderId id) {
    return stripes[Math.floorMod(id.hashCode(), STRIPES)];
  }

  /** Returns why files cannot be written now; empty if they can. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    while (true) {
      try {
        boolean finish = isFinishing();
        journal().lookWhetherThereIsRoom();
        List<JournalSegment> sealed = journal().sealed();
        boolean written = writeWhatIsDue();
        if (written && (finish || sync().isWorthwhile(sealed))) {
          sync().syncAndDrop(sealed);
          signalRoom();
        }
        if (finish) {
          saveIndexAtTheEnd();
          return;
        }
        saveIndexIfQuiet();
        awaitWork(!written);
      } catch (RuntimeException | Error e) {
        journal().stop("The store met a defect and takes no more writes. Restart the service.", e);
        signalRoom();
        return;
      }
    }
  }

  /**
   * Saves the index, for which the clock of the file system must have ticked since the last file.
   */
  private void saveIndexAtTheEnd() {
    if (journal().isStopped() || place.problem().isPresent()) {
      return;
    }
    long began = System.nanoTime();
    while (!snapshot.save(index) && System.nanoTime() - began < LONGEST_TICK_NANOS) {
      LockSupport.parkNanos(TICK_NANOS);
    }
  }

  /** Saves the index once in a while if no file was written lately, so that a crash costs less. */
  private void saveIndexIfQuiet() {
    long now = System.nanoTime();
    if (now - writtenAt >= QUIET_NANOS && place.problem().isEmpty() && snapshot.isWorthSaving()) {
      snapshot.save(index);
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
      // Gathers changes, so that an order that is submitted, started and ended in a moment is
      // written only once, and so that its writers do not compete with this thread for the disk.
      nanos = failed ? 0 : GATHER_NANOS;
      while (nanos > 0 && !finishing && gathered <= MOST_GATHERED) {
        nanos = work.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      LOG.debug("Writing behind was interrupted, which no one should do; continuing", e);
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
   * Writes everything that was due when this was called.
   *
   * @return false if something could not be written; it stays due
   */
  private boolean writeWhatIsDue() {
    List<WorkOrderId> batch;
    Boolean pause;
    lock.lock();
    try {
      batch = List.copyOf(due);
      due.clear();
      gathered = 0;
      pause = duePause;
      duePause = null;
    } finally {
      lock.unlock();
    }
    int done = 0;
    try {
      if (pause != null || !batch.isEmpty()) {
        place.checkForFile();
      }
      if (pause != null) {
        files.writeSettings(SettingsCodec.encode(pause));
        pause = null;
      }
      if (!batch.isEmpty()) {
        writtenAt = System.nanoTime();
      }
      for (WorkOrderId id : batch) {
        write(id);
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
        LOG.errorf("%s Changes stay in the journal until they can be written.", reason);
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

  private void write(WorkOrderId id) throws IOException {
    ReentrantLock stripe = stripe(id);
    stripe.lock();
    try {
      Pending body = pending.get(id);
      if (body == null) {
        return; // It was removed, and so was its file.
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
        due.add(id); // It changed in the meantime.
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes everything that is due, drops the journal and ends the thread. Anything that cannot be
   * written stays in the journal for the next start.
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
    awaitEnd(thread);
  }

  /** Waits until a thread of the store has ended. An interrupt does not cut the wait short. */
  static void awaitEnd(Thread thread) {
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
