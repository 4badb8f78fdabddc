package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.WorkOrderCodec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Checks, behind a start from the index snapshot, what a start without it checks at once: that the
 * file of each order is readable and says what the index says. A file that was damaged or edited
 * where it is does not show in the state of its directory. Until its turn comes, an unreadable
 * order cannot be read or claimed, because its body is read from its file.
 */
final class OrderCheck implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OrderCheck.class);

  private final OrderFiles files;
  private final FileWorkOrders orders;
  private final WorkOrderIndex index;
  private final Quarantine quarantine;
  private final IndexSnapshot snapshot;
  private final SharedStrings shared = new SharedStrings();
  private final Instant opened;
  private final Thread thread;

  private static final long TRY_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What the thread is to check; it takes the list when it starts. */
  private volatile List<IndexEntry> unchecked;

  /** What could not be read, for lack of descriptors for example. */
  private final List<IndexEntry> unread = new ArrayList<>();

  private volatile boolean closed;
  private long unreadable;
  private long corrected;

  /**
   * @param entries what to check; empty: nothing
   * @param opened the time by which these entries were terminal at the latest
   */
  OrderCheck(
      Parts parts,
      Quarantine quarantine,
      IndexSnapshot snapshot,
      List<IndexEntry> entries,
      Instant opened) {
    this.files = parts.files();
    this.orders = parts.orders();
    this.index = parts.index();
    this.quarantine = quarantine;
    this.snapshot = snapshot;
    this.opened = opened;
    this.unchecked = entries;
    this.thread = Thread.ofPlatform().daemon().name("store-check").unstarted(this::run);
    if (!entries.isEmpty()) {
      thread.start();
    }
  }

  /** The parts of the store that hold orders. */
  record Parts(OrderFiles files, FileWorkOrders orders, WorkOrderIndex index) {}

  private void run() {
    List<IndexEntry> entries = unchecked;
    // The thread outlives the check, and the entries of a large store are large.
    unchecked = List.of();
    checkAll(entries);
  }

  private void checkAll(List<IndexEntry> entries) {
    long began = System.nanoTime();
    try {
      // Waiting orders first: a damaged one would hold up the queue.
      for (IndexEntry entry : entries) {
        if (entry.waiting() != null && !closed) {
          check(entry);
        }
      }
      for (IndexEntry entry : entries) {
        if (entry.waiting() == null && !closed) {
          check(entry);
        }
      }
      while (!unread.isEmpty() && !closed) {
        LockSupport.parkNanos(TRY_AGAIN_NANOS);
        List<IndexEntry> again = List.copyOf(unread);
        unread.clear();
        again.stream().filter(_ -> !closed).forEach(this::check);
      }
    } catch (StoreUnavailableException e) {
      LOG.debugf("The check of the orders ended early: %s", e.getMessage());
      return;
    } catch (RuntimeException e) {
      LOG.error("The check of the orders failed; the next start repeats it", e);
      snapshot.distrust();
      return;
    }
    if (!closed) {
      LOG.infof(
          "Checked the files of %d orders: quarantined=%d corrected=%d ms=%d",
          entries.size(), unreadable, corrected, (System.nanoTime() - began) / 1_000_000);
    }
  }

  private void check(IndexEntry entry) {
    try {
      if (read(entry).equals(entry)) {
        return;
      }
    } catch (IOException | UnreadableRecordException e) {
      // It may have been changed or removed meanwhile.
    }
    orders.whileUnchanged(entry, () -> correct(entry));
  }

  private IndexEntry read(IndexEntry entry) throws IOException, UnreadableRecordException {
    OrderFiles.Content content = OrderFiles.read(files.path(entry.id()).toFile());
    IndexEntry found =
        IndexEntry.of(WorkOrderCodec.decode(content.bytes(), content.length()), shared);
    if (!found.id().equals(entry.id())) {
      throw new UnreadableRecordException("its name is not its id, " + found.id());
    }
    return found.terminalBy(opened);
  }

  private void correct(IndexEntry entry) {
    Path file = files.path(entry.id());
    try {
      IndexEntry found = read(entry);
      if (!found.equals(entry)) {
        LOG.warnf("The file of %s was edited; the index was updated", entry.id());
        change(changes -> changes.put(found));
        corrected++;
      }
    } catch (UnreadableRecordException e) {
      quarantine(entry, file, String.valueOf(e.getMessage()));
    } catch (FileNotFoundException e) {
      // Java also throws this if there is no descriptor left to open the file.
      if (!Files.notExists(file)) {
        cannotReadNow(entry, e);
      } else {
        LOG.errorf("The file of %s is gone", entry.id());
        change(changes -> changes.remove(entry.id()));
        corrected++;
      }
    } catch (IOException e) {
      cannotReadNow(entry, e);
    }
  }

  private void cannotReadNow(IndexEntry entry, IOException e) {
    LOG.warnf("The file of %s cannot be read now: %s", entry.id(), Journal.reason(e));
    unread.add(entry);
  }

  private void quarantine(IndexEntry entry, Path file, String reason) {
    try {
      quarantine.take(file, reason);
      unreadable++;
      change(changes -> changes.remove(entry.id()));
    } catch (IOException e) {
      LOG.warnf("The file of %s cannot be quarantined: %s", entry.id(), Journal.reason(e));
    }
  }

  private void change(Consumer<WorkOrderIndex.Changes> change) {
    index.change(change);
    snapshot.distrust();
  }

  /** Ends the check. Idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    WriteBehind.awaitEnd(thread);
  }
}
