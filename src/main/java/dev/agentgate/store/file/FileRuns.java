package dev.agentgate.store.file;

import dev.agentgate.store.Runs;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.json.RunCodec;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The records of runs. Each is a file in the directory that also holds the run's output. A run that
 * was just claimed has its directory and no file yet: what the file would say is in its order.
 */
final class FileRuns implements Runs {
  private static final int LOCKS = 64;
  private static final String RECORD = "run.json";
  private static final String BOOT = "boot-";
  private static final Logger LOG = Logger.getLogger(FileRuns.class);

  private final OpenIndex index;
  private final Path directory;
  private final String boot;
  private final ConfiguredDirectory place;
  private final Quarantine quarantine;
  private final UnpublishedRuns unpublished;

  /** Claimed runs that have no file yet. */
  private final ConcurrentMap<RunId, Run> claimed = new ConcurrentHashMap<>();

  /** Each lock guards the files of the runs whose ids hash to it. */
  private final List<ReentrantLock> locks =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  /**
   * @param directory the directory of all runs
   * @param boot this boot of the machine
   * @param place checked before each write
   */
  FileRuns(
      OpenIndex index,
      Path directory,
      String boot,
      ConfiguredDirectory place,
      Quarantine quarantine) {
    this.index = index;
    this.directory = directory;
    this.boot = boot;
    this.place = place;
    this.quarantine = quarantine;
    this.unpublished = new UnpublishedRuns(directory.resolveSibling("publications"));
  }

  /**
   * Makes room for a run that is about to be claimed. It gets no record, because most of them would
   * soon be replaced. After a crash, {@link #recall} finds it in the order. An empty file names the
   * boot: until the machine goes down, everything that was written to the directory is still there.
   */
  void begin(Run run) {
    index.check();
    place.check();
    try {
      createDirectory(directory.resolve(run.id().value()));
      boolean _ = bootFile(run.id()).toFile().createNewFile();
    } catch (IOException e) {
      throw unwritable(e);
    }
    claimed.put(run.id(), run);
  }

  /** Recalls the run of a running order for which an earlier process has written no file. */
  void recall(WorkOrder order) {
    if (order.state() instanceof Running running) {
      RunId run = running.current().run();
      if (Files.notExists(file(run))) {
        Instant started = running.current().startedAt();
        claimed.put(run, Run.preparing(run, order.id(), order.attempts(), started));
      }
    }
  }

  @Override
  public void save(Run run) {
    index.check();
    place.check();
    ReentrantLock lock = lockOf(run.id());
    lock.lock();
    try {
      createDirectory(directory.resolve(run.id().value()));
      unpublished.beforeWriting(run);
      if (claimed.containsKey(run.id()) && run.state() instanceof RunState.Ended) {
        // File systems flush a file that replaces another one soon, but not one with a new name.
        OrderFiles.create(file(run.id()), RunCodec.encode(run));
      } else {
        OrderFiles.replace(file(run.id()), RunCodec.encode(run));
      }
      claimed.remove(run.id());
      unpublished.afterWriting(run);
    } catch (IOException e) {
      throw unwritable(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Run> change(RunId id, UnaryOperator<Run> change) {
    ReentrantLock lock = lockOf(id);
    lock.lock();
    try {
      Optional<Run> before = find(id);
      Optional<Run> after = before.map(change);
      if (!after.equals(before)) {
        save(after.orElseThrow());
      }
      return after;
    } finally {
      lock.unlock();
    }
  }

  private static StoreUnavailableException unwritable(IOException e) {
    return new StoreUnavailableException(
        "The run cannot be written: " + Journal.reason(e) + ".", e);
  }

  /** Creates a directory unless it exists, but not its parent. */
  private static void createDirectory(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      try {
        Files.createDirectory(path);
      } catch (FileAlreadyExistsException e) {
        // Another thread was faster.
      }
    }
  }

  @Override
  public void remove(RunId run) {
    index.check();
    ReentrantLock lock = lockOf(run);
    lock.lock();
    try {
      claimed.remove(run);
      unpublished.remove(run);
      Files.deleteIfExists(file(run));
      Files.deleteIfExists(bootFile(run));
      Files.deleteIfExists(directory.resolve(run.value()));
    } catch (DirectoryNotEmptyException e) {
      // The run has output, which the store must not remove.
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "The record of the run cannot be removed: " + Journal.reason(e) + ".", e);
    } finally {
      lock.unlock();
    }
  }

  /** Removes the record of a run that never began. If that fails, the next start removes it. */
  void discard(RunId run) {
    try {
      remove(run);
    } catch (StoreUnavailableException e) {
      LOG.warnf("%s never began, but its record could not be removed: %s", run, e.getMessage());
    }
  }

  private ReentrantLock lockOf(RunId run) {
    return locks.get(Math.floorMod(run.hashCode(), LOCKS));
  }

  @Override
  public Optional<Run> find(RunId id) {
    index.check();
    Run unwritten = claimed.get(id);
    if (unwritten != null) {
      return Optional.of(unwritten);
    }
    try {
      return read(directory.resolve(id.value()));
    } catch (IOException e) {
      throw new StoreUnavailableException("The run cannot be read.", e);
    } catch (UnreadableRecordException e) {
      LOG.warnf("The record of %s is damaged and is treated as missing: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  /** Reads the record in the directory of a run; empty if there is none. */
  static Optional<Run> read(Path directory) throws IOException, UnreadableRecordException {
    File file = directory.resolve(RECORD).toFile();
    if (isReplaced(file)) {
      return Optional.empty();
    }
    try {
      OrderFiles.Content content = OrderFiles.read(file);
      return Optional.of(
          EndRequestFile.addTo(RunCodec.decode(content.bytes(), content.length()), directory));
    } catch (FileNotFoundException e) {
      // Java also throws this if there is no descriptor left to open the file.
      if (file.exists()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /**
   * Whether an agent has put something else in the place of a file: reading a pipe would wait for
   * ever.
   */
  static boolean isReplaced(File file) {
    return file.exists() && !Files.isRegularFile(file.toPath(), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<RunId> unpublished() {
    index.check();
    return unpublished.all();
  }

  @Override
  public List<RunId> ofOrder(WorkOrderId id) {
    IndexEntry entry = index.get().get(id);
    return entry == null ? List.of() : entry.runs();
  }

  @Override
  public boolean mayBelongToUnreadableOrder(RunId run) {
    return quarantine.orders().mayHold(orderOf(run));
  }

  /** Returns the order that a run's record names; empty if there is no readable record. */
  private Optional<WorkOrderId> orderOf(RunId run) {
    try {
      return find(run).map(Run::workOrderId);
    } catch (StoreUnavailableException e) {
      return Optional.empty();
    }
  }

  private Path bootFile(RunId id) {
    return directory.resolve(id.value()).resolve(BOOT + boot);
  }

  private Path file(RunId id) {
    return directory.resolve(id.value()).resolve(RECORD);
  }
}
