package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.file.UnwrittenChanges.Due;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
  /** If there are more sealed segments than this, writers must wait. */
  private static final int MOST_SEGMENTS = 12;

  /** How long nothing must have been written before the index is saved. */
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int STRIPES = 64;
  private static final Logger LOG = Logger.getLogger(WriteBehind.class);

  private final OrderFiles files;
  private final WorkOrderIndex index;
  private final ConfiguredDirectory place;
  private final IndexSnapshot snapshot;
  private final UnwrittenChanges unwritten = new UnwrittenChanges();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("store-write-behind").unstarted(this::run);

  // Guard an order's file.
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

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
    unwritten.awaitRoom(() -> hasRoom() || failure != null || journal().isStopped());
    String reason = failure;
    // If the journal is stopped, it gives a better reason.
    if (reason != null && !hasRoom()) {
      throw new StoreUnavailableException(reason);
    }
  }

  private boolean hasRoom() {
    return unwritten.hasRoom() && journal().sealedCount() <= MOST_SEGMENTS;
  }

  /** Returns the newest body of an order whose file is not written yet. */
  Optional<WorkOrder> pending(WorkOrderId id) {
    return unwritten.find(id).map(UnwrittenChanges.Body::order);
  }

  /** Adds durable changes, in order, except for removals: see {@link #forgetRemoved}. */
  void take(Collection<Change> changes) {
    unwritten.add(changes);
  }

  /** Forgets the bodies of removed orders, which the index must not have any more. */
  void forgetRemoved(Collection<Change> changes) {
    unwritten.forgetRemoved(changes);
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
        boolean finish = unwritten.isFinishing();
        journal().lookWhetherThereIsRoom();
        List<JournalSegment> sealed = journal().sealed();
        boolean written = writeWhatIsDue();
        if (written && (finish || sync().isWorthwhile(sealed))) {
          sync().syncAndDrop(sealed);
          unwritten.signalRoom();
        }
        if (finish) {
          saveIndexAtTheEnd();
          return;
        }
        saveIndexIfQuiet();
        unwritten.awaitDue(!written);
      } catch (RuntimeException | Error e) {
        journal()
            .stop("The store met a defect and accepts no more writes. Restart the service.", e);
        unwritten.signalRoom();
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

  /**
   * Writes everything that was due when this was called.
   *
   * @return false if something could not be written; it stays due
   */
  private boolean writeWhatIsDue() {
    Due due = unwritten.takeDue();
    Boolean pause = due.pause();
    int done = 0;
    try {
      if (!due.isEmpty()) {
        place.checkForFile();
      }
      if (pause != null) {
        files.writeSettings(SettingsCodec.encode(pause));
        pause = null;
      }
      if (!due.orders().isEmpty()) {
        writtenAt = System.nanoTime();
      }
      for (WorkOrderId id : due.orders()) {
        write(id);
        done++;
        if (done % 256 == 0) {
          unwritten.signalRoom();
        }
      }
      if (failure != null) {
        LOG.infof("Work order files can be written again");
        failure = null;
      }
      return true;
    } catch (IOException e) {
      unwritten.putBack(new Due(due.orders().subList(done, due.orders().size()), pause));
      String reason = "Work order files cannot be written: " + Journal.reason(e) + ".";
      if (failure == null) {
        LOG.errorf("%s Changes stay in the journal until they can be written.", reason);
      }
      failure = reason;
      unwritten.signalRoom();
      return false;
    }
  }

  private void write(WorkOrderId id) throws IOException {
    ReentrantLock stripe = stripe(id);
    stripe.lock();
    try {
      Optional<UnwrittenChanges.Body> body = unwritten.find(id);
      if (body.isEmpty()) {
        return; // It was removed, and so was its file.
      }
      files.write(id, body.get().json());
      if (unwritten.forget(id, body.get())) {
        return;
      }
    } finally {
      stripe.unlock();
    }
    unwritten.addAgain(id); // It changed in the meantime.
  }

  /**
   * Writes everything that is due, drops the journal and ends the thread. Anything that cannot be
   * written stays in the journal for the next start.
   */
  void finish() {
    unwritten.finish();
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
