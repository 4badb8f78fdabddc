package dev.agentgate.store.file;

import dev.agentgate.store.UsageLedger;
import dev.agentgate.store.file.JournalReader.LastChange;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.WorkOrderCodec;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a {@link FileStore} as its next start would see them, and changes none of
 * them: no file goes to quarantine, and what is only in the journal stays there. The caller holds
 * the lock of the directory. Safe for use by many threads.
 *
 * <p>It keeps the ids of all orders in memory, and the newest changes, which are in the journal.
 */
public final class FileStoreReader {
  private final Path dataDir;
  private final Path orders;
  private final JournalReader journal;
  private final List<WorkOrderId> ids;
  private final List<Unreadable> unreadable;

  /**
   * Something that cannot be read.
   *
   * @param name the name of a file, or of an order
   * @param reason as the end of a sentence
   */
  public record Unreadable(String name, String reason) implements Found {
    @Override
    public String toString() {
      return name + ": " + reason;
    }
  }

  /** What an id leads to. */
  public sealed interface Found {}

  /** An order that can be read. */
  public record Intact(WorkOrder order) implements Found {}

  private FileStoreReader(
      Path dataDir, JournalReader journal, List<WorkOrderId> ids, List<Unreadable> unreadable) {
    this.dataDir = dataDir;
    this.orders = dataDir.resolve(OrderFiles.DIRECTORY);
    this.journal = journal;
    this.ids = ids;
    this.unreadable = unreadable;
  }

  /**
   * Finds all orders of a data directory, without reading them.
   *
   * @throws IOException if the directory holds no file store that can be read
   */
  public static FileStoreReader open(Path dataDir) throws IOException {
    JournalReader journal = JournalReader.read(dataDir.resolve("journal"));
    List<Unreadable> unreadable = new ArrayList<>(quarantined(dataDir));
    for (JournalReader.Damage damage : journal.damages()) {
      unreadable.add(new Unreadable("journal/" + damage.segment().getFileName(), damage.reason()));
    }
    List<WorkOrderId> ids = ids(dataDir, journal, unreadable);
    return new FileStoreReader(dataDir, journal, ids, unreadable);
  }

  private static List<Unreadable> quarantined(Path dataDir) {
    @Nullable String @Nullable [] names =
        dataDir.resolve(OrderFiles.DIRECTORY).resolve(Quarantine.DIRECTORY).toFile().list();
    List<Unreadable> found = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      if (!name.endsWith(Quarantine.REASON)) {
        found.add(new Unreadable(name, "it is in quarantine"));
      }
    }
    return found;
  }

  private static List<WorkOrderId> ids(
      Path dataDir, JournalReader journal, List<Unreadable> unreadable) throws IOException {
    String[] names = dataDir.resolve(OrderFiles.DIRECTORY).toFile().list();
    if (names == null) {
      throw new IOException("the directory of the work orders cannot be listed");
    }
    List<WorkOrderId> ids = new ArrayList<>(names.length);
    Map<WorkOrderId, LastChange> inJournal = journal.last();
    for (int i = 0; i < names.length; i++) {
      String name = names[i];
      names[i] = "";
      if (!OrderFiles.isOrder(name)) {
        continue;
      }
      Optional<WorkOrderId> id = OrderFiles.idOf(name);
      if (id.isEmpty()) {
        unreadable.add(new Unreadable(name, "its name is not the id of an order"));
      } else if (!inJournal.containsKey(id.get())) {
        ids.add(id.get());
      }
    }
    inJournal.forEach((id, change) -> {
      if (!change.isRemoval()) {
        ids.add(id);
      }
    });
    ids.sort(null);
    return ids;
  }

  /** Returns the ids of all orders, the oldest first, including those that cannot be read. */
  public List<WorkOrderId> ids() {
    return ids;
  }

  /** Returns what was found to be unreadable before any order was read. */
  public List<Unreadable> unreadable() {
    return unreadable;
  }

  /**
   * Reads an order.
   *
   * @throws IOException if a file cannot be read now
   */
  public Found read(WorkOrderId id) throws IOException {
    @Nullable LastChange change = journal.last().get(id);
    Optional<byte[]> newer = change == null ? Optional.empty() : change.json();
    try {
      Optional<WorkOrder> inFile = inFile(id, newer.isPresent());
      if (inFile.isPresent() && (change == null || change.revision() <= inFile.get().revision())) {
        return new Intact(inFile.get());
      }
      return newer.isPresent()
          ? new Intact(WorkOrderCodec.decode(newer.get()))
          : new Unreadable(id.value(), "it has no file");
    } catch (UnreadableRecordException e) {
      return new Unreadable(id.value(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * @param replaceable whether the journal has the whole order, so that a damaged file means
   *     nothing
   */
  private Optional<WorkOrder> inFile(WorkOrderId id, boolean replaceable)
      throws IOException, UnreadableRecordException {
    try {
      OrderFiles.Content content = OrderFiles.read(orders.resolve(OrderFiles.name(id)).toFile());
      WorkOrder order = WorkOrderCodec.decode(content.bytes(), content.length());
      if (!order.id().equals(id)) {
        throw new UnreadableRecordException("its name is not its id, " + order.id());
      }
      return Optional.of(order);
    } catch (FileNotFoundException e) {
      if (!Files.notExists(orders.resolve(OrderFiles.name(id)))) {
        throw e;
      }
      return Optional.empty();
    } catch (UnreadableRecordException e) {
      if (replaceable) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Reads the record of a run; empty if it has none.
   *
   * @throws UnreadableRecordException if it is damaged
   */
  public Optional<Run> run(RunId id) throws IOException, UnreadableRecordException {
    return FileRuns.read(dataDir.resolve("runs").resolve(id.value()));
  }

  /**
   * Whether the queue is paused.
   *
   * @throws UnreadableRecordException if that cannot be read
   */
  public boolean isPaused() throws IOException, UnreadableRecordException {
    if (journal.paused().isPresent()) {
      return journal.paused().get();
    }
    try {
      byte[] json = Files.readAllBytes(dataDir.resolve(OrderFiles.SETTINGS));
      return SettingsCodec.decode(json, json.length);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Returns the pauses of agents.
   *
   * @throws UnreadableRecordException if they cannot be read
   */
  public Map<String, AgentPause> agentPauses() throws IOException, UnreadableRecordException {
    return FileAgentPauses.read(dataDir);
  }

  /**
   * Hands over what {@link UsageLedger#forEach} would, day by day.
   *
   * @return the days with lines that cannot be read
   */
  public List<Unreadable> forEachUsage(Consumer<RunUsage> consumer) throws IOException {
    UsageFiles files = new UsageFiles(dataDir);
    List<Unreadable> damaged = new ArrayList<>();
    for (LocalDate day : files.days().reversed()) {
      int lines = files.read(day, consumer);
      if (lines > 0) {
        damaged.add(new Unreadable("usage/" + day + ".jsonl", lines + " lines are damaged"));
      }
    }
    return damaged;
  }
}
