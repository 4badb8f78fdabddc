package dev.agentgate.store.file;

import dev.agentgate.store.file.ConfiguredDirectory.NotInPlaceException;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Syncs the files of the orders in sealed segments of the journal, and then drops the segments. If
 * a file cannot be synced, the journal is stopped: what the file system has of it is unknown.
 *
 * <p>For one thread.
 */
final class SegmentSync {
  /**
   * The number of sealed segments that makes a round of syncs worthwhile. Waiting for more segments
   * saves the syncs of revisions that are soon replaced.
   */
  private static final int WORTHWHILE = 3;

  private static final long OLDEST_SEGMENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  // Concurrent syncs share the file system's commits: six times as fast as one after another.
  private static final int SYNCS_AT_ONCE = 32;

  private static final Logger LOG = Logger.getLogger(SegmentSync.class);

  private final OrderFiles files;
  private final WorkOrderIndex index;
  private final ConfiguredDirectory place;
  private final Journal journal;
  private final Removal removal;
  private long syncedAt = System.nanoTime();

  /** Removes the file of an order that is no longer stored. */
  interface Removal {
    void remove(WorkOrderId id) throws IOException;
  }

  /**
   * @param removal used for files that could not be removed at once
   */
  SegmentSync(
      OrderFiles files,
      WorkOrderIndex index,
      ConfiguredDirectory place,
      Journal journal,
      Removal removal) {
    this.files = files;
    this.index = index;
    this.place = place;
    this.journal = journal;
    this.removal = removal;
  }

  /** Whether these segments are many or old enough for a round of syncs. */
  boolean isWorthwhile(List<JournalSegment> sealed) {
    return sealed.size() >= WORTHWHILE
        || (!sealed.isEmpty() && System.nanoTime() - syncedAt > OLDEST_SEGMENT_NANOS);
  }

  /**
   * Syncs the orders in these segments, then drops the segments. All of them must have been
   * written.
   */
  void syncAndDrop(List<JournalSegment> sealed) {
    syncedAt = System.nanoTime();
    if (sealed.isEmpty() || journal.isStopped() || place.problem().isPresent()) {
      return;
    }
    try {
      syncOrders(sealed);
    } catch (NotInPlaceException e) {
      return;
    } catch (IOException e) {
      if (place.problem().isEmpty()) {
        stop(e);
      }
      return;
    }
    try {
      for (JournalSegment segment : sealed) {
        journal.drop(segment);
      }
    } catch (IOException e) {
      LOG.warnf("A segment of the journal could not be dropped: %s", Journal.reason(e));
    }
  }

  private void syncOrders(List<JournalSegment> sealed) throws IOException {
    Set<WorkOrderId> touched = new HashSet<>();
    sealed.forEach(segment -> touched.addAll(segment.touched()));
    syncAll(List.copyOf(touched));
    files.syncSettings();
    files.syncDirectories();
    place.checkForFile(); // A file that is missing for this reason was not synced.
  }

  private void stop(IOException cause) {
    journal.stop(
        "The disk failed to sync ("
            + Journal.reason(cause)
            + "), so the store accepts no more writes. Check the disk, then restart the service.",
        cause);
  }

  private void syncAll(List<WorkOrderId> ids) throws IOException {
    List<Future<?>> syncs = new ArrayList<>();
    int threadCount = Math.clamp(ids.size(), 1, SYNCS_AT_ONCE);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            threadCount, Thread.ofPlatform().daemon().name("store-sync-", 0).factory())) {
      for (int i = 0; i < threadCount; i++) {
        int first = i;
        syncs.add(
            threads.submit(() -> {
              for (int at = first; at < ids.size(); at += threadCount) {
                syncOne(ids.get(at));
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
      throw new IllegalStateException("Syncing was interrupted unexpectedly", e);
    }
  }

  private void syncOne(WorkOrderId id) throws IOException {
    if (index.get(id) == null) {
      removal.remove(id);
    } else {
      files.sync(id);
    }
  }
}
