package dev.agentgate.store.file;

import dev.agentgate.store.file.JournalReader.LastChange;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jboss.logging.Logger;

/**
 * Reads and checks, in parallel, everything that an earlier process left: first the files, then the
 * newer changes in the journal. A file that is not a complete and valid order goes to quarantine,
 * unless the journal has the order.
 */
final class StoreLoader {
  private static final Logger LOG = Logger.getLogger(StoreLoader.class);

  private static final int FEWEST_THREADS = 4;
  private static final int SLICE = 512;

  private final OrderFiles files;
  private final JournalReader journal;
  private final Quarantine quarantine;
  private final SharedStrings shared;
  private final IndexSnapshot snapshot;
  private final Set<WorkOrderId> upToDate = ConcurrentHashMap.newKeySet();

  StoreLoader(
      OrderFiles files,
      JournalReader journal,
      Quarantine quarantine,
      SharedStrings shared,
      IndexSnapshot snapshot) {
    this.files = files;
    this.journal = journal;
    this.quarantine = quarantine;
    this.shared = shared;
    this.snapshot = snapshot;
  }

  /**
   * Everything that was found.
   *
   * @param unwritten changes that are only in the journal; their files must be written
   * @param checked whether the files of all orders were read
   */
  record Loaded(
      List<IndexEntry> entries, List<Change> unwritten, boolean paused, boolean checked) {}

  Loaded load() throws IOException {
    long started = System.nanoTime();
    long quarantined = quarantine.count();
    Optional<List<IndexEntry>> known = snapshot.load(shared);
    List<IndexEntry> entries = known.isPresent() ? reload(known.get()) : loadFiles();
    List<Change> unwritten = new ArrayList<>();
    for (var each : journal.last().entrySet()) {
      Optional<byte[]> json = each.getValue().json();
      if (json.isPresent() && !upToDate.contains(each.getKey())) {
        replay(each.getKey(), json.get(), entries, unwritten);
      }
    }
    for (JournalReader.Damage damage : journal.damages()) {
      quarantine.copy(
          damage.segment(),
          "A damaged part of the journal: "
              + damage.reason()
              + ". Acknowledged changes may be in it; those around it were read.");
    }
    boolean paused = loadSettings(unwritten);
    LOG.infof(
        "Store opened: valid=%d%s quarantined=%d replayed=%d ms=%d",
        entries.size(),
        known.isPresent() ? " (from the index snapshot)" : "",
        quarantine.count() - quarantined,
        unwritten.size(),
        (System.nanoTime() - started) / 1_000_000);
    return new Loaded(entries, unwritten, paused, known.isEmpty());
  }

  /**
   * More threads than cores, because reading a file that is not cached has to wait for the disk.
   */
  private static int threads() {
    return Math.max(FEWEST_THREADS, 2 * Runtime.getRuntime().availableProcessors());
  }

  /**
   * Returns the entries of the snapshot, but reads the files that it does not cover, and those of
   * running orders, whose agents are adopted at once.
   */
  private List<IndexEntry> reload(List<IndexEntry> known) throws IOException {
    List<IndexEntry> entries = new ArrayList<>(known.size());
    Set<WorkOrderId> read = new HashSet<>(journal.last().keySet());
    for (IndexEntry entry : known) {
      if (entry.running() != null) {
        read.add(entry.id());
      } else if (!read.contains(entry.id())) {
        entries.add(entry);
      }
    }
    for (WorkOrderId id : read) {
      if (!Files.notExists(files.path(id))) {
        loadFile(files.path(id).toFile().getName()).ifPresent(entries::add);
      }
    }
    return entries;
  }

  private List<IndexEntry> loadFiles() throws IOException {
    String[] names = files.directory().toFile().list();
    if (names == null) {
      throw new IOException("the directory of the work orders cannot be listed");
    }
    Arrays.sort(names);
    List<Callable<List<IndexEntry>>> slices = new ArrayList<>();
    for (int from = 0; from < names.length; from += SLICE) {
      List<String> slice = Arrays.asList(names).subList(from, Math.min(names.length, from + SLICE));
      slices.add(() -> loadSlice(slice));
    }
    List<IndexEntry> entries = new ArrayList<>(names.length);
    try (ExecutorService threads = Executors.newFixedThreadPool(threads())) {
      for (Future<List<IndexEntry>> slice : threads.invokeAll(slices)) {
        entries.addAll(slice.get());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return entries;
  }

  private List<IndexEntry> loadSlice(List<String> names) throws IOException {
    List<IndexEntry> entries = new ArrayList<>(names.size());
    for (String name : names) {
      if (OrderFiles.isAside(name)) {
        Files.deleteIfExists(files.directory().resolve(name));
      } else if (OrderFiles.isOrder(name)) {
        loadFile(name).ifPresent(entries::add);
      }
    }
    return entries;
  }

  private Optional<IndexEntry> loadFile(String name) throws IOException {
    Path path = files.directory().resolve(name);
    Optional<LastChange> change =
        journal.last().isEmpty()
            ? Optional.empty()
            : OrderFiles.idOf(name).map(id -> journal.last().get(id));
    if (change.isPresent() && change.get().isRemoval()) {
      Files.deleteIfExists(path);
      return Optional.empty();
    }
    try {
      WorkOrder order = read(path.toFile());
      if (!name.equals(order.id() + ".json")) {
        throw new UnreadableRecordException("its name is not its id, " + order.id());
      }
      if (change.isPresent()) {
        if (change.get().revision() > order.revision()) {
          return Optional.empty();
        }
        upToDate.add(order.id());
      }
      return Optional.of(IndexEntry.of(order, shared));
    } catch (UnreadableRecordException e) {
      if (change.isPresent()) {
        // It was half-written when the machine crashed; the journal still has the whole order.
        LOG.warnf("%s is replaced from the journal: %s", name, e.getMessage());
      } else {
        quarantine.take(path, String.valueOf(e.getMessage()));
      }
      return Optional.empty();
    }
  }

  private static WorkOrder read(File file) throws UnreadableRecordException {
    OrderFiles.Content content;
    try {
      content = OrderFiles.read(file);
    } catch (IOException e) {
      throw new UnreadableRecordException("cannot be read: " + e.getMessage(), e);
    }
    return WorkOrderCodec.decode(content.bytes(), content.length());
  }

  private void replay(WorkOrderId id, byte[] json, List<IndexEntry> entries, List<Change> unwritten)
      throws IOException {
    try {
      WorkOrder order = WorkOrderCodec.decode(json);
      IndexEntry entry = IndexEntry.of(order, shared);
      entries.add(entry);
      unwritten.add(new Change.Put(order, json, entry));
    } catch (UnreadableRecordException e) {
      quarantine.keep(id + ".json", json, "From the journal: " + e.getMessage());
    }
  }

  private boolean loadSettings(List<Change> unwritten) throws IOException {
    if (journal.paused().isPresent()) {
      unwritten.add(new Change.Pause(journal.paused().get()));
      return journal.paused().get();
    }
    try {
      byte[] json = Files.readAllBytes(files.settings());
      return SettingsCodec.decode(json, json.length);
    } catch (NoSuchFileException e) {
      return false;
    } catch (UnreadableRecordException e) {
      quarantine.take(files.settings(), String.valueOf(e.getMessage()));
      return false;
    }
  }
}
