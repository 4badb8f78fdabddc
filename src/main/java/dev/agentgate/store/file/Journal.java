package dev.agentgate.store.file;

import static java.nio.file.StandardOpenOption.READ;

import dev.agentgate.store.StoreUnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The changes in the order in which they are acknowledged. Each is synced before it is
 * acknowledged.
 *
 * <p><b>Group commit.</b> The first writer becomes the leader: in its own thread, it writes and
 * syncs all waiting changes as one frame. Writers that arrive in the meantime wait for the next
 * sync, which the first of them leads. So a lone writer needs no hand-off to another thread, and
 * many writers share one sync.
 */
final class Journal implements AutoCloseable {
  private static final int LARGEST_BATCH = 4 << 20;
  private static final Logger LOG = Logger.getLogger(Journal.class);

  /** Receives changes once they are durable, in order, in the leader's thread. */
  interface Listener {
    void durable(List<Change> changes, JournalSegment segment);
  }

  private final JournalWriter writer;
  private final Listener listener;

  // Guards the waiting writers, whether one of them leads, and the list of sealed segments.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final Deque<Ticket> waiting = new ArrayDeque<>();
  private final Deque<JournalSegment> sealed = new ArrayDeque<>();
  private boolean led;
  private boolean closed;
  private volatile int sealedCount;

  /**
   * @param earlier the segments that were replayed, oldest first
   * @param nextNumber the number of the first segment to write
   * @param nextSequence the sequence number of the first frame to write
   */
  Journal(
      Path directory,
      JournalFile.Opener opener,
      Listener listener,
      long segmentSize,
      Collection<JournalSegment> earlier,
      long nextNumber,
      long nextSequence) {
    this.writer =
        new JournalWriter(directory, opener, segmentSize, this::seal, nextNumber, nextSequence);
    this.listener = listener;
    sealed.addAll(earlier);
    sealedCount = sealed.size();
  }

  /** Does the same as {@link #append(List)} with a single change. */
  void append(Change change) {
    append(List.of(change));
  }

  /**
   * Writes all of the changes or none, and returns when they are durable and the listener has
   * received them.
   */
  void append(List<Change> changes) {
    Ticket ticket = new Ticket(changes);
    boolean lead;
    lock.lock();
    try {
      refuseIfOver();
      waiting.add(ticket);
      lead = !led;
      led = true;
    } finally {
      lock.unlock();
    }
    if (lead || ticket.awaitTurn()) {
      lead();
    }
    ticket.claimOutcome();
  }

  private void refuseIfOver() {
    writer.refuseIfStopped();
    if (closed) {
      throw new StoreUnavailableException("The store is closed.");
    }
  }

  private void lead() {
    List<Ticket> batch = takeBatch();
    StoreUnavailableException failure = null;
    try {
      commit(batch.stream().flatMap(ticket -> ticket.changes.stream()).toList());
    } catch (StoreUnavailableException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      failure = stop("The store met a defect and accepts no more writes. Restart the service.", e);
    }
    passOn();
    for (Ticket ticket : batch) {
      ticket.finish(failure);
    }
  }

  private List<Ticket> takeBatch() {
    lock.lock();
    try {
      List<Ticket> batch = new ArrayList<>(waiting.size());
      long size = 0;
      while (!waiting.isEmpty() && size < LARGEST_BATCH) {
        Ticket ticket = waiting.removeFirst();
        size += ticket.size();
        batch.add(ticket);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  // Called before the batch is woken, so that the next sync is already under way.
  private void passOn() {
    Ticket next;
    lock.lock();
    try {
      next = waiting.peekFirst();
      if (next == null) {
        led = false;
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.giveLead();
    }
  }

  private void commit(List<Change> changes) {
    // An interrupt during channel I/O would close the channel, so it is cleared and restored later.
    boolean interrupted = Thread.interrupted();
    try {
      writer.begin(changes);
      while (!writer.tryWriteAndSync()) {
        interrupted |= Thread.interrupted();
      }
      listener.durable(changes, writer.end());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void seal(JournalSegment segment) {
    lock.lock();
    try {
      sealed.add(segment);
      sealedCount = sealed.size();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses all further writes until a restart. */
  StoreUnavailableException stop(String message, Throwable cause) {
    return writer.stop(message, cause);
  }

  /** Returns the reason for an error, without the path that a file system exception names. */
  static String reason(IOException e) {
    String reason =
        switch (e) {
          case FileSystemException file -> file.getReason();
          case FileNotFoundException open -> reasonInBrackets(String.valueOf(open.getMessage()));
          default -> e.getMessage();
        };
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  // The message has the form "path (reason)".
  private static String reasonInBrackets(String message) {
    int bracket = message.lastIndexOf('(');
    return bracket < 0 || !message.endsWith(")")
        ? "the file cannot be opened"
        : message.substring(bracket + 1, message.length() - 1);
  }

  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }

  /** Returns the segments that are no longer written to, oldest first. */
  List<JournalSegment> sealed() {
    lock.lock();
    try {
      return List.copyOf(sealed);
    } finally {
      lock.unlock();
    }
  }

  int sealedCount() {
    return sealedCount;
  }

  /** Deletes the oldest sealed segment. */
  void drop(JournalSegment oldest) throws IOException {
    Files.deleteIfExists(oldest.path());
    lock.lock();
    try {
      sealed.remove(oldest);
      sealedCount = sealed.size();
    } finally {
      lock.unlock();
    }
  }

  /** Returns why the last write was refused; empty if it was not. */
  Optional<String> refusal() {
    return writer.refusal();
  }

  /** Finds out whether a refusal is still true. */
  void lookWhetherThereIsRoom() {
    writer.lookWhetherThereIsRoom();
  }

  boolean isStopped() {
    return writer.isStopped();
  }

  /** Waits for the writers, refuses further writes, and seals the last segment. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      while (led) {
        idle.awaitUninterruptibly();
      }
      writer.close();
    } catch (IOException e) {
      LOG.warnf("The journal could not be closed: %s", reason(e));
    } finally {
      lock.unlock();
    }
  }

  /** A waiting writer. */
  private static final class Ticket {
    private static final int WAITS = 0;
    private static final int LEADS = 1;
    private static final int DONE = 2;

    private final List<Change> changes;
    private final Thread writer = Thread.currentThread();
    private @Nullable StoreUnavailableException failure;
    private volatile int state = WAITS;

    private Ticket(List<Change> changes) {
      this.changes = changes;
    }

    private long size() {
      return changes.stream().mapToLong(Change::size).sum();
    }

    /**
     * Waits until this writer must lead or its change is done.
     *
     * @return whether to lead
     */
    private boolean awaitTurn() {
      boolean interrupted = false;
      while (state == WAITS) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        writer.interrupt();
      }
      return state == LEADS;
    }

    private void giveLead() {
      state = LEADS;
      LockSupport.unpark(writer);
    }

    private void finish(@Nullable StoreUnavailableException failure) {
      this.failure = failure;
      state = DONE;
      if (writer != Thread.currentThread()) {
        LockSupport.unpark(writer);
      }
    }

    private void claimOutcome() {
      if (failure != null) {
        // A new exception for each thread, so that each has its own stack trace.
        throw new StoreUnavailableException(String.valueOf(failure.getMessage()), failure);
      }
    }
  }
}
