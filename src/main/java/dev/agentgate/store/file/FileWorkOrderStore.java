package dev.agentgate.store.file;

import dev.agentgate.store.QuarantinedOrders;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps orders in a directory: a journal that is synced before a change is acknowledged, and one
 * readable file per order that follows behind it.
 *
 * <p>Locks, none of them held during a sync: a claim per order and per idempotency key settles who
 * may change it; the index, the journal and the settler each guard their own state.
 */
public final class FileWorkOrderStore implements WorkOrderStore {
  static final long SEGMENT_SIZE = 16 << 20;
  private static final int RUN_LOCKS = 64;
  private static final Logger LOG = Logger.getLogger(FileWorkOrderStore.class);

  private final DirectoryLock directoryLock;
  private final OrderFiles files;
  private final Quarantine quarantine;
  private final Path runs;
  private final Instant loadedAt;
  private final SharedStrings shared = new SharedStrings();
  private final WorkOrderIndex index;
  private final Settler settler;
  private final Journal journal;

  // Who changes what now: an order by its id, an idempotency key by its text. Always in this order.
  private final ConcurrentHashMap<Object, CountDownLatch> claims = new ConcurrentHashMap<>();
  private final ReentrantLock[] runLocks = new ReentrantLock[RUN_LOCKS];

  private volatile boolean paused;
  private volatile boolean closed;

  /**
   * Opens the store and waits until everything is loaded.
   *
   * @param dataDir made if missing
   * @param clock tells when the store was loaded
   * @throws DataDirectoryLockedException if another process owns the directory
   * @throws StoreUnavailableException if the directory cannot be used
   */
  public static FileWorkOrderStore open(Path dataDir, Clock clock) {
    return open(dataDir, clock, QueueEntry.order(Optional.empty()));
  }

  /**
   * As {@link #open(Path, Clock)}.
   *
   * @param queueOrder which of two waiting orders comes first
   */
  public static FileWorkOrderStore open(
      Path dataDir, Clock clock, Comparator<QueueEntry> queueOrder) {
    return open(dataDir, clock, queueOrder, JournalFile::open, SEGMENT_SIZE);
  }

  static FileWorkOrderStore open(
      Path dataDir, Clock clock, JournalFile.Opener opener, long segmentSize) {
    return open(dataDir, clock, QueueEntry.order(Optional.empty()), opener, segmentSize);
  }

  private static FileWorkOrderStore open(
      Path dataDir,
      Clock clock,
      Comparator<QueueEntry> queueOrder,
      JournalFile.Opener opener,
      long segmentSize) {
    DirectoryLock lock = null;
    try {
      Files.createDirectories(dataDir);
      lock = DirectoryLock.take(dataDir);
      return new FileWorkOrderStore(dataDir, lock, clock, queueOrder, opener, segmentSize);
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

  private FileWorkOrderStore(
      Path dataDir,
      DirectoryLock directoryLock,
      Clock clock,
      Comparator<QueueEntry> queueOrder,
      JournalFile.Opener opener,
      long segmentSize)
      throws IOException {
    this.directoryLock = directoryLock;
    this.index = new WorkOrderIndex(queueOrder);
    this.files = new OrderFiles(dataDir);
    this.quarantine = new Quarantine(files.directory().resolve(".quarantine"));
    this.runs = Files.createDirectories(dataDir.resolve("runs"));
    for (int i = 0; i < RUN_LOCKS; i++) {
      runLocks[i] = new ReentrantLock();
    }
    Path journalDirectory = Files.createDirectories(dataDir.resolve("journal"));
    Journal.syncDirectory(dataDir);
    JournalReader reader = JournalReader.read(journalDirectory);
    StoreLoader.Loaded loaded = new StoreLoader(files, reader, quarantine, shared).load();
    Instant now = clock.instant();
    index.fill(loaded.entries().stream().map(entry -> entry.atRestBy(now)).toList());
    this.paused = loaded.paused();
    this.settler = new Settler(files, index);
    this.journal =
        new Journal(
            journalDirectory,
            opener,
            this::apply,
            segmentSize,
            reader.segments(),
            reader.nextNumber(),
            reader.nextSequence());
    settler.take(loaded.unsettled());
    settler.start(journal);
    this.loadedAt = clock.instant();
  }

  /** Makes durable changes visible, in the thread that synced them. */
  private void apply(List<Change> changes, JournalSegment segment) {
    // Bodies first: who finds an order in the index finds its body, too.
    settler.take(changes);
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
          case Change.Pause pause -> paused = pause.paused();
        }
      }
    });
  }

  @Override
  public Optional<WorkOrder> insert(WorkOrder order) {
    requireOpen();
    Change.Put put = put(order);
    settler.awaitRoom();
    return claiming(
        order.id(),
        () ->
            order
                .idempotencyKey()
                .map(key -> claiming(key.key(), () -> insertClaimed(put)))
                .orElseGet(() -> insertClaimed(put)));
  }

  @Override
  public Optional<WorkOrder> findByIdempotencyKey(String key) {
    WorkOrderId holder = index.holderOf(key);
    return holder == null ? Optional.empty() : find(holder);
  }

  private Optional<WorkOrder> insertClaimed(Change.Put put) {
    String key = put.entry().idempotencyKey();
    if (key != null) {
      Optional<WorkOrder> held = findByIdempotencyKey(key);
      if (held.isPresent()) {
        return held;
      }
    }
    if (index.get(put.order().id()) != null) {
      throw new IllegalArgumentException(put.order().id() + " is in the store already");
    }
    journal.append(put);
    return Optional.empty();
  }

  @Override
  public boolean update(WorkOrder order) {
    requireOpen();
    if (!isAt(order.id(), order.revision() - 1)) {
      return false;
    }
    Change.Put put = put(order);
    settler.awaitRoom();
    return claiming(
        order.id(),
        () -> {
          if (!isAt(order.id(), order.revision() - 1)) {
            return false;
          }
          journal.append(put);
          return true;
        });
  }

  @Override
  public boolean remove(WorkOrder order) {
    requireOpen();
    return claiming(
        order.id(),
        () -> {
          if (!isAt(order.id(), order.revision())) {
            return false;
          }
          journal.append(new Change.Remove(order.id(), order.revision()));
          try {
            settler.removeFile(order.id());
          } catch (IOException e) {
            LOG.errorf(
                "The file of %s, which is removed, could not be deleted: %s. It is tried again.",
                order.id(), Journal.reason(e));
            throw new StoreUnavailableException(
                "The work order is removed, but its file could not be deleted yet: "
                    + Journal.reason(e)
                    + ".",
                e);
          }
          return true;
        });
  }

  private boolean isAt(WorkOrderId id, long revision) {
    IndexEntry entry = index.get(id);
    return entry != null && entry.revision() == revision;
  }

  private Change.Put put(WorkOrder order) {
    return new Change.Put(order, WorkOrderCodec.encode(order), IndexEntry.of(order, shared));
  }

  /** Lets nobody else change the same thing meanwhile. */
  private <T> T claiming(Object what, Supplier<T> action) {
    CountDownLatch mine = new CountDownLatch(1);
    boolean interrupted = false;
    for (CountDownLatch other = claims.putIfAbsent(what, mine);
        other != null;
        other = claims.putIfAbsent(what, mine)) {
      try {
        other.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      return action.get();
    } finally {
      claims.remove(what, mine);
      mine.countDown();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public Optional<WorkOrder> find(WorkOrderId id) {
    requireOpen();
    if (index.get(id) == null) {
      return Optional.empty();
    }
    Optional<WorkOrder> body = settler.pending(id);
    if (body.isPresent()) {
      return body;
    }
    try {
      OrderFiles.Content content = OrderFiles.read(files.path(id).toFile());
      return Optional.of(WorkOrderCodec.decode(content.bytes(), content.length()));
    } catch (IOException e) {
      if (index.get(id) == null) {
        return Optional.empty(); // Removed meanwhile.
      }
      throw unreadable(id, Journal.reason(e), e);
    } catch (UnreadableRecordException e) {
      throw unreadable(id, String.valueOf(e.getMessage()), e);
    }
  }

  private static StoreUnavailableException unreadable(WorkOrderId id, String why, Exception e) {
    LOG.errorf("The file of %s was damaged while the service ran: %s", id, why);
    return new StoreUnavailableException("The file of " + id + " cannot be read: " + why + ".", e);
  }

  @Override
  public WorkOrderIdPage listIds(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    requireOpen();
    return index.page(filter, before, limit);
  }

  @Override
  public StatusCounts counts() {
    requireOpen();
    return index.counts();
  }

  @Override
  public OptionalInt queuePosition(WorkOrderId id) {
    requireOpen();
    return index.queuePosition(id);
  }

  @Override
  public Iterator<QueueEntry> queue() {
    requireOpen();
    return index.queue();
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    requireOpen();
    return index.oldestQueuedAt();
  }

  @Override
  public List<RunningEntry> running() {
    requireOpen();
    return index.running();
  }

  @Override
  public List<WorkOrderId> atRestBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    requireOpen();
    return index.atRestBefore(statuses, cutoff, limit);
  }

  @Override
  public List<RunId> runsOf(WorkOrderId id) {
    requireOpen();
    IndexEntry entry = index.get(id);
    return entry == null ? List.of() : entry.runs();
  }

  @Override
  public Iterator<WorkOrderId> ids() {
    requireOpen();
    return index.ids();
  }

  @Override
  public void saveRun(Run run) {
    requireOpen();
    ReentrantLock lock = runLocks[Math.floorMod(run.id().hashCode(), RUN_LOCKS)];
    lock.lock();
    try {
      Files.createDirectories(runs.resolve(run.id().value()));
      OrderFiles.replace(runFile(run.id()), RunCodec.encode(run));
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "The run cannot be written: " + Journal.reason(e) + ".", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Run> findRun(RunId id) {
    requireOpen();
    try {
      OrderFiles.Content content = OrderFiles.read(runFile(id).toFile());
      return Optional.of(RunCodec.decode(content.bytes(), content.length()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreUnavailableException("The run cannot be read.", e);
    } catch (UnreadableRecordException e) {
      LOG.warnf("The record of %s is damaged and counts as missing: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  private Path runFile(RunId id) {
    return runs.resolve(id.value()).resolve("run.json");
  }

  @Override
  public boolean isPaused() {
    requireOpen();
    return paused;
  }

  @Override
  public void setPaused(boolean paused) {
    requireOpen();
    settler.awaitRoom();
    journal.append(new Change.Pause(paused));
  }

  @Override
  public QuarantinedOrders quarantinedOrders() {
    requireOpen();
    return quarantine.orders();
  }

  @Override
  public StoreHealth health() {
    requireOpen();
    return new StoreHealth(
        journal.refusal().or(settler::failure), journal.isStopped(), quarantine.count(), loadedAt);
  }

  private void requireOpen() {
    if (closed) {
      throw new StoreUnavailableException("The store is closed.");
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    journal.close();
    settler.finish();
    release(directoryLock);
  }
}
