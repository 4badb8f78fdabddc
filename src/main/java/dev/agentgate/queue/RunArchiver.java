package dev.agentgate.queue;

import dev.agentgate.execution.PortableFiles;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.RunArchive;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Puts the logs and changes of this instance's runs into the store once they are over, so that any
 * instance can show them when this one is gone, and fetches those of others.
 *
 * <p>A run is archived after its outcome was recorded, which delays neither the slot nor the
 * callers who wait for the end. If this instance dies first, its next process archives the run.
 */
public final class RunArchiver implements QueueObserver, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RunArchiver.class);

  /** Archiving must not take the disk and the database from the runs. */
  private static final int AT_ONCE = 2;

  static final Duration TRY_AGAIN = Duration.ofSeconds(30);

  /** How often the end of a run is looked for that another instance records. */
  private static final int MOST_LOOKS = 100;

  private final Store store;
  private final RunArchive archive;
  private final Orders orders;
  private final RunOutputs outputs;
  private final PortableFiles files;
  private final long most;
  private final Duration tryAgain;
  private final FetchedCopies copies;
  private final Semaphore turns = new Semaphore(AT_ONCE);

  /** Guards the copies of files of other instances' runs. */
  private final ReentrantLock fetching = new ReentrantLock();

  private volatile boolean closed;

  /**
   * @param most the most bytes of a run that are archived; a larger run stays where it is
   * @param tryAgain the pause after the store was not available
   */
  RunArchiver(
      Store store,
      Orders orders,
      RunOutputs outputs,
      PortableFiles files,
      long most,
      Duration tryAgain) {
    this.store = store;
    this.archive = store.archive();
    this.orders = orders;
    this.outputs = outputs;
    this.files = files;
    this.most = most;
    this.tryAgain = tryAgain;
    this.copies = new FetchedCopies(outputs::remove, System::nanoTime);
  }

  /** Archives what an earlier process of this instance left. */
  public void open() {
    if (archive.keepsFiles()) {
      Thread.ofVirtual().name("archive-catch-up").start(this::catchUp);
    }
  }

  @Override
  public void runEnded(WorkOrder order, RunOutcome outcome) {
    if (archive.keepsFiles()) {
      order
          .currentRun()
          .ifPresent(run -> Thread.ofVirtual().name("archive").start(() -> keepTrying(run)));
    }
  }

  /** Archives a run whose end another instance records. */
  @Override
  public void runLeft(RunId run) {
    if (archive.keepsFiles()) {
      Thread.ofVirtual().name("archive").start(() -> awaitTheEnd(run));
    }
  }

  private void awaitTheEnd(RunId run) {
    for (int looks = 0; looks < MOST_LOOKS && !closed; looks++) {
      try {
        if (isLeft(run)) {
          keepTrying(run);
          return;
        }
      } catch (StoreUnavailableException e) {
        LOG.debugf("%s cannot be archived now: %s", run, e.getMessage());
      }
      LockSupport.parkNanos(tryAgain.toNanos());
    }
  }

  private void catchUp() {
    while (!closed) {
      try {
        copies.found(files.restored());
        outputs.list().stream().filter(this::isLeft).forEach(this::keepTrying);
        return;
      } catch (StoreUnavailableException | UncheckedIOException e) {
        LOG.warnf("Runs cannot be archived now, retrying: %s", e.getMessage());
      }
      LockSupport.parkNanos(tryAgain.toNanos());
    }
  }

  /** Whether a run of this instance is over and was not archived. */
  private boolean isLeft(RunId run) {
    return !closed
        && store
            .runs()
            .find(run)
            .filter(it -> it.state() instanceof RunState.Ended)
            .filter(it -> it.instance().filter(store.instance()::equals).isPresent())
            .isPresent()
        && !archive.has(run);
  }

  private void keepTrying(RunId run) {
    while (!closed) {
      turns.acquireUninterruptibly();
      try {
        archive(run);
        return;
      } catch (StoreUnavailableException e) {
        LOG.debugf("%s cannot be archived now: %s", run, e.getMessage());
      } catch (IOException | RuntimeException e) {
        LOG.warnf("%s is not archived: %s", run, e.getMessage());
        return;
      } finally {
        turns.release();
      }
      LockSupport.parkNanos(tryAgain.toNanos());
    }
  }

  /** Archives a run now. */
  void archive(RunId run) throws IOException {
    long size = files.exportSize(run);
    if (size > most) {
      LOG.infof("%s is not archived: its log and changes have %d bytes", run, size);
      return;
    }
    orders.archive(
        run,
        sink ->
            files.export(
                run,
                (file, position, bytes) -> sink.take(new ArchivedPiece(file, position, bytes))));
  }

  /**
   * Fetches the log and the changes of a run that is over and has none here.
   *
   * @return false if there was nothing to fetch
   */
  public boolean fetch(Run run) {
    copies.asked(run.id());
    if (!archive.keepsFiles()
        || !(run.state() instanceof RunState.Ended)
        || outputs.exists(run.id())) {
      return false;
    }
    fetching.lock();
    try {
      boolean fetches = !outputs.exists(run.id()) && archive.has(run.id());
      if (fetches) {
        files.restore(
            run.id(),
            sink ->
                archive.read(
                    run.id(), piece -> sink.take(piece.file(), piece.position(), piece.bytes())));
        copies.fetched(run.id());
      }
      return fetches;
    } catch (IOException e) {
      throw new StoreUnavailableException("The files of " + run.id() + " cannot be fetched", e);
    } finally {
      fetching.unlock();
    }
  }

  /** Archives nothing more. Idempotent. */
  @Override
  public void close() {
    closed = true;
  }
}
