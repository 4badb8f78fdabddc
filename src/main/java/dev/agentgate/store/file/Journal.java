package dev.agentgate.store.file;

import static java.nio.file.StandardOpenOption.READ;

import dev.agentgate.store.StoreUnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
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
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The changes in the order they were acknowledged in, synced before they are.
 *
 * <p><b>Group commit.</b> The first writer to come leads: it writes and syncs, in its own thread,
 * whatever waits, as one frame. Who comes meanwhile waits and is served by the next sync; the first
 * of them leads it. So a lone writer pays no hand-off, and many share one sync.
 *
 * <p><b>A frame</b> is a CRC32C, the length of its payload, its sequence number, and the payload:
 * one or more changes, each with its length. It counts as a whole or not at all. The next frame is
 * written only after this one was synced, so a broken frame with a good one behind it is damage,
 * and a broken frame with none behind it is a write that a crash cut off.
 *
 * <p>Space is filled with zeros ahead of the frames, because a sync that changes no file size costs
 * the file system no commit of its own.
 *
 * <p><b>Failures.</b> A failed write is taken back and refused; the next one may succeed. After a
 * failed sync nobody knows what is on disk, and a repeated one would lie (PostgreSQL's lesson of
 * 2018), so the journal takes nothing more.
 */
final class Journal implements AutoCloseable {
  static final int FRAME_HEADER = 16;
  private static final int LARGEST_BATCH = 4 << 20;
  private static final int AHEAD = 1 << 20;
  private static final Logger LOG = Logger.getLogger(Journal.class);

  /** Is told of changes once they are durable, in order, in the leader's thread. */
  interface Listener {
    void durable(List<Change> changes, JournalSegment segment);
  }

  private final Path directory;
  private final JournalFile.Opener opener;
  private final Listener listener;
  private final long segmentSize;

  // Guards who waits, who leads, and which segments are sealed.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final Deque<Ticket> waiting = new ArrayDeque<>();
  private final Deque<JournalSegment> sealed = new ArrayDeque<>();
  private boolean led;
  private boolean closed;

  // Only the leader touches these; leadership passes through the lock.
  private long nextNumber;
  private long nextSequence;
  private @Nullable JournalSegment segment;
  private @Nullable JournalFile file;
  private long position;
  private long allocated;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(AHEAD).asReadOnlyBuffer();

  private volatile @Nullable String refusal;
  private volatile @Nullable String stopped;
  private volatile int sealedCount;

  /**
   * @param earlier the segments that were replayed, oldest first
   * @param nextNumber of the first segment to write
   * @param nextSequence of the first frame to write
   */
  Journal(
      Path directory,
      JournalFile.Opener opener,
      Listener listener,
      long segmentSize,
      Collection<JournalSegment> earlier,
      long nextNumber,
      long nextSequence) {
    this.directory = directory;
    this.opener = opener;
    this.listener = listener;
    this.segmentSize = segmentSize;
    this.nextNumber = nextNumber;
    this.nextSequence = nextSequence;
    sealed.addAll(earlier);
    sealedCount = sealed.size();
  }

  /** As {@link #append(List)}, of one change. */
  void append(Change change) {
    append(List.of(change));
  }

  /**
   * Writes changes, all or none, and returns when they are durable and the listener has been told.
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
    if (stopped != null) {
      throw new StoreUnavailableException(stopped);
    }
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
      failure = stop("The store met a defect and takes no more writes. Restart the service.", e);
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

  // Before the batch is woken, so that the next sync is under way meanwhile.
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
    String over = stopped;
    if (over != null) {
      throw new StoreUnavailableException(over);
    }
    // An interrupt in the middle of channel I/O closes the channel; it is kept for later.
    boolean interrupted = Thread.interrupted();
    try {
      encode(changes);
      while (!writtenAndSynced()) {
        interrupted |= Thread.interrupted();
      }
      position += buffer.limit();
      nextSequence++;
      refusal = null;
      listener.durable(changes, current());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private JournalSegment current() {
    if (segment == null) {
      throw new IllegalStateException("No segment is open");
    }
    return segment;
  }

  private JournalFile currentFile() throws IOException {
    if (file == null) {
      file = opener.open(current().path());
    }
    return file;
  }

  private void encode(List<Change> changes) {
    int payload = 0;
    for (Change change : changes) {
      payload += Integer.BYTES + change.size();
    }
    if (buffer.capacity() < FRAME_HEADER + payload) {
      buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(FRAME_HEADER + payload) * 2);
    }
    buffer.clear();
    buffer.putInt(0).putInt(payload).putLong(nextSequence);
    for (Change change : changes) {
      buffer.putInt(change.size());
      change.writeTo(buffer);
    }
    buffer.flip();
    CRC32C crc = new CRC32C();
    buffer.position(Integer.BYTES);
    crc.update(buffer);
    buffer.putInt(0, (int) crc.getValue());
    buffer.position(0);
  }

  /**
   * @return false if an interrupt closed the file under way: it is to be done again from the start,
   *     which writes the same bytes to the same place and syncs those
   */
  private boolean writtenAndSynced() {
    try {
      if (segment == null || position + buffer.limit() > segmentSize) {
        roll();
      }
      write();
      sync();
      return true;
    } catch (ClosedByInterruptException e) {
      file = null;
      return false;
    }
  }

  /** Begins a new segment. */
  private void roll() throws ClosedByInterruptException {
    Path path = JournalSegment.path(directory, nextNumber);
    try {
      JournalFile fresh = opener.open(path);
      try {
        fresh.write(ByteBuffer.wrap(JournalSegment.HEADER), 0);
      } catch (IOException e) {
        fresh.close();
        Files.deleteIfExists(path);
        throw e;
      }
      closeFile();
      file = fresh;
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw refuse(e);
    }
    try {
      syncDirectory(directory);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw stopAfterFailedSync(e);
    }
    lock.lock();
    try {
      sealActive();
    } finally {
      lock.unlock();
    }
    segment = new JournalSegment(path);
    nextNumber++;
    position = JournalSegment.HEADER.length;
    allocated = position;
  }

  private void sealActive() {
    if (segment != null) {
      sealed.add(segment);
      sealedCount = sealed.size();
      segment = null;
    }
  }

  private void write() throws ClosedByInterruptException {
    try {
      buffer.rewind();
      allocate();
      currentFile().write(buffer, position);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      takeBack();
      throw refuse(e);
    }
  }

  private void sync() throws ClosedByInterruptException {
    try {
      currentFile().force();
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      takeBack();
      throw stopAfterFailedSync(e);
    }
  }

  private void allocate() throws IOException {
    long end = position + buffer.limit();
    if (end <= allocated) {
      return;
    }
    try {
      long from = Math.max(allocated, position);
      currentFile().write(zeros.duplicate(), from);
      allocated = from + AHEAD;
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // Almost full, perhaps: the frame itself may fit all the same.
      takeBack();
    }
  }

  private void takeBack() {
    try {
      currentFile().truncate(position);
      allocated = position;
    } catch (IOException e) {
      LOG.warnf("The journal could not be cut back: %s", reason(e));
    }
  }

  private StoreUnavailableException refuse(IOException cause) {
    String message = "The journal cannot be written: " + reason(cause) + ".";
    if (refusal == null) {
      LOG.errorf("%s Writes are refused until it can.", message);
    }
    refusal = message;
    return new StoreUnavailableException(message, cause);
  }

  private StoreUnavailableException stopAfterFailedSync(IOException cause) {
    return stop(
        "The disk failed to sync ("
            + reason(cause)
            + "), so the store takes no more writes. Check the disk, then restart the service.",
        cause);
  }

  /** Takes nothing more until a restart. */
  StoreUnavailableException stop(String message, Throwable cause) {
    if (stopped == null) {
      stopped = message;
      LOG.error(message, cause);
    }
    return new StoreUnavailableException(message, cause);
  }

  /** What went wrong, without the path that a file system exception names. */
  static String reason(IOException e) {
    String reason =
        switch (e) {
          case FileSystemException file -> file.getReason();
          case FileNotFoundException open -> reasonInBrackets(String.valueOf(open.getMessage()));
          default -> e.getMessage();
        };
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  // The message is "path (reason)".
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

  /** The segments that are no longer written to, oldest first. */
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

  /** Why the last write was refused, if it was. */
  Optional<String> refusal() {
    return Optional.ofNullable(stopped != null ? stopped : refusal);
  }

  boolean isStopped() {
    return stopped != null;
  }

  /** Waits for who writes, takes nothing more, and seals the last segment. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      while (led) {
        idle.awaitUninterruptibly();
      }
      sealActive();
      closeFile();
    } catch (IOException e) {
      LOG.warnf("The journal could not be closed: %s", reason(e));
    } finally {
      lock.unlock();
    }
  }

  private void closeFile() throws IOException {
    if (file != null) {
      JournalFile old = file;
      file = null;
      old.close();
    }
  }

  /** A writer that waits. */
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
     * @return whether to lead; otherwise the change is done
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
        // Its own, because several threads throw it, each with its own trace.
        throw new StoreUnavailableException(String.valueOf(failure.getMessage()), failure);
      }
    }
  }
}
