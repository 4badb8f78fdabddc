package dev.agentgate.store.file;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.file.ConfiguredDirectory.NotInPlaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the journal's frames and syncs each one before the next. Only one thread at a time uses
 * it: the leader of a {@link Journal}.
 *
 * <p><b>A frame</b> is a CRC32C, the length of its payload, its sequence number, and the payload:
 * one or more changes, each with its length. A frame is valid as a whole or not at all. The next
 * frame is written only after this one was synced. So a broken frame followed by a good one is
 * damage, and a broken frame at the end is a write that was cut off by a crash.
 *
 * <p>Space ahead of the frames is filled with zeros, because a sync that does not change the file's
 * size needs no extra commit of the file system.
 *
 * <p><b>Failures.</b> A failed write is undone and refused; the next one may succeed. After a
 * failed sync it is unknown what is on disk, and repeating the sync could wrongly report success
 * (as PostgreSQL learned in 2018), so the journal refuses all further writes.
 */
final class JournalWriter {
  static final int FRAME_HEADER = 16;
  private static final int AHEAD = 1 << 20;
  private static final int PROBE = 64 << 10;
  private static final Logger LOG = Logger.getLogger(JournalWriter.class);

  private final Path directory;
  private final JournalFile.Opener opener;
  private final long segmentSize;
  private final Consumer<JournalSegment> sealed;

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

  /**
   * @param sealed receives each segment that is no longer written to
   * @param nextNumber the number of the first segment to write
   * @param nextSequence the sequence number of the first frame to write
   */
  JournalWriter(
      Path directory,
      JournalFile.Opener opener,
      long segmentSize,
      Consumer<JournalSegment> sealed,
      long nextNumber,
      long nextSequence) {
    this.directory = directory;
    this.opener = opener;
    this.segmentSize = segmentSize;
    this.sealed = sealed;
    this.nextNumber = nextNumber;
    this.nextSequence = nextSequence;
  }

  /** Begins a frame; {@link #tryWriteAndSync} then writes it. */
  void begin(List<Change> changes) {
    refuseIfStopped();
    encode(changes);
  }

  /** Ends a frame that is now durable; returns its segment. */
  JournalSegment end() {
    position += buffer.limit();
    nextSequence++;
    refusal = null;
    return current();
  }

  void refuseIfStopped() {
    String over = stopped;
    if (over != null) {
      throw new StoreUnavailableException(over);
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
   * Writes and syncs the frame that was begun.
   *
   * @return false if an interrupt closed the file. The caller must then call this again, which
   *     writes the same bytes to the same place and syncs them
   */
  boolean tryWriteAndSync() {
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
      Journal.syncDirectory(directory);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      throw stopAfterFailedSync(e);
    }
    seal();
    segment = new JournalSegment(path);
    nextNumber++;
    position = JournalSegment.HEADER.length;
    allocated = position;
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
    } catch (NotInPlaceException e) {
      takeBack();
      throw refuse(e);
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
      // The disk may be almost full, but the frame itself may still fit.
      takeBack();
    }
  }

  private void takeBack() {
    try {
      currentFile().truncate(position);
      allocated = position;
    } catch (IOException e) {
      LOG.warnf("The journal could not be truncated: %s", Journal.reason(e));
    }
  }

  private StoreUnavailableException refuse(IOException cause) {
    if (cause instanceof NotInPlaceException) {
      // The store's health looks for the directory itself, so it also sees when it is back.
      return new StoreUnavailableException(ConfiguredDirectory.GONE, cause);
    }
    String message = "The journal cannot be written: " + Journal.reason(cause) + ".";
    if (refusal == null) {
      LOG.errorf("%s Writes are refused until it can be written again.", message);
    }
    refusal = message;
    return new StoreUnavailableException(message, cause);
  }

  private StoreUnavailableException stopAfterFailedSync(IOException cause) {
    return stop(
        "The disk failed to sync ("
            + Journal.reason(cause)
            + "), so the store accepts no more writes. Check the disk, then restart the service.",
        cause);
  }

  /** Refuses all further writes until a restart. */
  StoreUnavailableException stop(String message, Throwable cause) {
    if (stopped == null) {
      stopped = message;
      LOG.error(message, cause);
    }
    return new StoreUnavailableException(message, cause);
  }

  /** Returns why the last write was refused; empty if it was not. */
  Optional<String> refusal() {
    return Optional.ofNullable(stopped != null ? stopped : refusal);
  }

  boolean isStopped() {
    return stopped != null;
  }

  /**
   * Writes a file of its own if the last write was refused, and forgets the refusal if that
   * succeeds. Without this, a service that gets no requests because it is not ready would never
   * find out that there is room again. Unlike the other methods, any thread may call this.
   */
  void lookWhetherThereIsRoom() {
    if (refusal == null || stopped != null) {
      return;
    }
    Path probe = directory.resolve("probe");
    try {
      try (JournalFile trial = opener.open(probe)) {
        trial.write(zeros.duplicate().limit(PROBE), 0);
        trial.force();
      } finally {
        Files.deleteIfExists(probe);
      }
      refusal = null;
      LOG.info("The journal can be written again");
    } catch (IOException e) {
      LOG.debugf(e, "The journal still cannot be written");
    }
  }

  /** Seals the last segment. */
  void close() throws IOException {
    seal();
    closeFile();
  }

  private void seal() {
    if (segment != null) {
      sealed.accept(segment);
      segment = null;
    }
  }

  private void closeFile() throws IOException {
    if (file != null) {
      JournalFile old = file;
      file = null;
      old.close();
    }
  }
}
