package dev.agentgate.store.file;

import dev.agentgate.store.AgentPauses;
import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.Instances;
import dev.agentgate.store.OnlyInstance;
import dev.agentgate.store.RunArchive;
import dev.agentgate.store.Runs;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.UsageLedger;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps orders in a directory: in a journal that is synced before a change is acknowledged, and in
 * one readable file per order that is written later.
 *
 * <p>Locks, none of them held during a sync: an {@link Exclusion} per order and per idempotency key
 * decides who may change it; the index, the journal and the write-behind each guard their own
 * state.
 */
public final class FileStore implements Store {
  static final long SEGMENT_SIZE = 16 << 20;

  /** With fewer orders than this, a start reads all of them in a moment and needs no snapshot. */
  static final int WORTH_A_SNAPSHOT = 5_000;

  /**
   * The lease of every running order. The lock of the directory proves the owner, so no lease is
   * written or ends, and the next process that gets the lock owns the running orders.
   */
  static final Lease LEASE = WorkOrderCodec.UNWRITTEN_LEASE;

  /** Of a store whose runs are never adopted. */
  private static final String UNKNOWN_BOOT = "unknown";

  private static final Logger LOG = Logger.getLogger(FileStore.class);

  private final DirectoryLock directoryLock;
  private final ConfiguredDirectory place;
  private final Quarantine quarantine;
  private final WorkOrderIndex index;
  private final WriteBehind writeBehind;
  private final Journal journal;
  private final FileWorkOrders workOrders;
  private final FileRuns runs;
  private final FileQueue queue;
  private final FileAgentPauses agentPauses;
  private final OrderCheck check;
  private final FileUsageLedger usage;
  private final OnlyInstance instances;
  private final RecentChanges changes = new RecentChanges();

  private volatile boolean closed;

  /** How the journal's segments are opened, and how large one becomes. */
  private record Segments(JournalFile.Opener opener, long size) {}

  /**
   * Opens the store and waits until everything is loaded.
   *
   * @param dataDir created if missing
   * @param clock tells when the store was loaded
   * @throws DataDirectoryLockedException if another process is using the directory
   * @throws StoreUnavailableException if the directory cannot be used
   */
  public static FileStore open(Path dataDir, Clock clock) {
    return open(dataDir, clock, QueueEntry.order(Optional.empty()), UNKNOWN_BOOT);
  }

  /**
   * Does the same as {@link #open(Path, Clock)}.
   *
   * @param queueOrder which of two waiting orders comes first
   * @param boot identifies this boot of the machine
   */
  public static FileStore open(
      Path dataDir, Clock clock, Comparator<QueueEntry> queueOrder, String boot) {
    return open(
        dataDir, clock, queueOrder, boot, JournalFile::open, SEGMENT_SIZE, WORTH_A_SNAPSHOT);
  }

  /** Whether a data directory holds a store of this kind. */
  public static boolean isIn(Path dataDir) {
    return Files.exists(dataDir.resolve("journal"));
  }

  static FileStore open(Path dataDir, Clock clock, JournalFile.Opener opener, long segmentSize) {
    return open(dataDir, clock, opener, segmentSize, WORTH_A_SNAPSHOT);
  }

  static FileStore open(
      Path dataDir, Clock clock, JournalFile.Opener opener, long segmentSize, int worthASnapshot) {
    return open(
        dataDir,
        clock,
        QueueEntry.order(Optional.empty()),
        UNKNOWN_BOOT,
        opener,
        segmentSize,
        worthASnapshot);
  }

  private static FileStore open(
      Path dataDir,
      Clock clock,
      Comparator<QueueEntry> queueOrder,
      String boot,
      JournalFile.Opener opener,
      long segmentSize,
      int worthASnapshot) {
    DirectoryLock lock = null;
    try {
      Files.createDirectories(dataDir);
      lock = DirectoryLock.take(dataDir);
      IndexSnapshot snapshot = new IndexSnapshot(dataDir, worthASnapshot);
      return new FileStore(
          dataDir, lock, clock, queueOrder, boot, new Segments(opener, segmentSize), snapshot);
    } catch (IOException e) {
      release(lock);
      throw new StoreUnavailableException(
          "The data directory cannot be used: "
              + Journal.reason(e)
              + ". Make it a directory that the service may write to, or set agentgate.data-dir to"
              + " another one.",
          e);
    } catch (RuntimeException e) {
      release(lock);
      throw e;
    }
  }

  private static void release(@Nullable DirectoryLock lock) {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warnf("The lock of the data directory could not be closed: %s", Journal.reason(e));
    }
  }

  private FileStore(
      Path dataDir,
      DirectoryLock directoryLock,
      Clock clock,
      Comparator<QueueEntry> queueOrder,
      String boot,
      Segments segments,
      IndexSnapshot snapshot)
      throws IOException {
    this.directoryLock = directoryLock;
    this.place = new ConfiguredDirectory(dataDir);
    this.index = new WorkOrderIndex(queueOrder);
    OrderFiles files = new OrderFiles(dataDir);
    this.quarantine = new Quarantine(files.directory().resolve(Quarantine.DIRECTORY));
    Path runsDirectory = Files.createDirectories(dataDir.resolve("runs"));
    Path journalDirectory = Files.createDirectories(dataDir.resolve("journal"));
    Journal.syncDirectory(dataDir);
    JournalReader reader = JournalReader.read(journalDirectory);
    SharedStrings shared = new SharedStrings();
    StoreLoader.Loaded loaded = new StoreLoader(files, reader, quarantine, shared, snapshot).load();
    this.instances = new OnlyInstance(LEASE.owner(), clock);
    Instant now = clock.instant();
    List<IndexEntry> entries =
        loaded.entries().stream().map(entry -> entry.terminalBy(now)).toList();
    index.fill(entries);
    index.setPaused(loaded.paused());
    this.writeBehind = new WriteBehind(files, index, place, snapshot);
    this.journal =
        new Journal(
            journalDirectory,
            place.guard(segments.opener()),
            this::apply,
            segments.size(),
            reader.segments(),
            reader.nextNumber(),
            reader.nextSequence());
    writeBehind.take(loaded.unwritten());
    writeBehind.start(journal);
    this.workOrders = new FileWorkOrders(this::openIndex, files, writeBehind, journal, shared);
    this.runs = new FileRuns(this::openIndex, runsDirectory, boot, place, quarantine);
    this.agentPauses = new FileAgentPauses(dataDir, place);
    this.usage = new FileUsageLedger(this::openIndex, dataDir, place);
    this.queue = new FileQueue(this::openIndex, workOrders, runs, writeBehind, journal, clock);
    this.check =
        new OrderCheck(
            new OrderCheck.Parts(files, workOrders, index),
            quarantine,
            snapshot,
            loaded.checked() ? List.of() : entries,
            now);
    index.running().forEach(entry -> recall(entry.id()));
  }

  private void recall(WorkOrderId id) {
    try {
      workOrders.find(id).ifPresent(runs::recall);
    } catch (StoreUnavailableException e) {
      LOG.warnf("The record of the current run of %s cannot be restored: %s", id, e.getMessage());
    }
  }

  /** Makes durable changes visible, in the thread that synced them. */
  private void apply(List<Change> changes, JournalSegment segment) {
    // A body comes before its entry and goes after it, so a reader that finds an order in the index
    // also finds its body.
    writeBehind.take(changes);
    index.change(to -> {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put -> {
            segment.touch(put.order().id());
            to.put(put.entry());
          }
          case Change.Remove remove -> {
            segment.touch(remove.id());
            to.remove(remove.id());
          }
          case Change.Pause pause -> index.setPaused(pause.paused());
        }
      }
    });
    writeBehind.forgetRemoved(changes);
    this.changes.add(changes);
  }

  private WorkOrderIndex openIndex() {
    if (closed) {
      throw new StoreUnavailableException("The store is closed.");
    }
    return index;
  }

  @Override
  public WorkOrders workOrders() {
    return workOrders;
  }

  @Override
  public Runs runs() {
    return runs;
  }

  @Override
  public WorkQueue queue() {
    return queue;
  }

  @Override
  public AgentPauses agentPauses() {
    return agentPauses;
  }

  @Override
  public UsageLedger usage() {
    return usage;
  }

  @Override
  public RunArchive archive() {
    return RunArchive.NONE;
  }

  @Override
  public Instances instances() {
    return instances;
  }

  @Override
  public ChangeFeed changes() {
    return changes;
  }

  @Override
  public InstanceId instance() {
    return LEASE.owner();
  }

  @Override
  public StoreHealth health() {
    long quarantined = quarantinedFiles();
    return new StoreHealth(
        place.problem().or(journal::refusal).or(writeBehind::failure),
        quarantined == 0
            ? Optional.empty()
            : Optional.of(
                quarantined + " unreadable files in quarantine: see work-orders/.quarantine"));
  }

  /**
   * Whether writes are refused until the service is restarted, because a sync failed or the store
   * met a defect.
   */
  public boolean isStopped() {
    return journal.isStopped();
  }

  /** Returns the number of files in quarantine. Cheap enough for every probe. */
  public long quarantinedFiles() {
    openIndex();
    return quarantine.count();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    check.close();
    journal.close();
    writeBehind.finish();
    release(directoryLock);
  }
}
