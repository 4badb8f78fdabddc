package dev.agentgate.store.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The index as it was at a moment, in a file, so that a start need not read the file of every
 * order. It can be lost or damaged at any time without harm.
 *
 * <p>It is believed only while the directory of the orders is in the state in which it was when the
 * index was copied. Every write and every removal of an order's file changes that state, in every
 * version of the service, and so does a person who adds, removes or replaces a file. The files of
 * the orders that the journal names are not covered: they are read at each start.
 */
final class IndexSnapshot {
  static final String NAME = "index.snapshot";

  /** The start of the file. It names the version of the form and of what the entries mean. */
  static final byte[] HEADER = "AgentGate idx 3\n".getBytes(US_ASCII);

  private static final String ASIDE = "." + NAME + ".tmp";
  private static final int BLOCK = 64 * 1024;

  /** Larger blocks are never written, so a greater length shows damage. */
  private static final int LARGEST_BLOCK = 64 << 20;

  private static final long AFTER_FAILURE_NANOS = TimeUnit.MINUTES.toNanos(10);

  private static final Logger LOG = Logger.getLogger(IndexSnapshot.class);

  private final Path dataDir;
  private final Path orders;
  private final int fewest;

  /** Guarded by this: when it may be saved again, on the scale of {@link System#nanoTime()}. */
  private long notBefore = System.nanoTime();

  /**
   * Guarded by this: the state that the file on disk covers; null if it is not known to be good.
   */
  private @Nullable DirectoryState covered;

  /**
   * @param fewest save and load no snapshot of fewer orders
   */
  IndexSnapshot(Path dataDir, int fewest) {
    this.dataDir = dataDir;
    this.orders = dataDir.resolve(OrderFiles.DIRECTORY);
    this.fewest = fewest;
  }

  /** Returns the entries of the snapshot; empty if there is none that can be believed. */
  synchronized Optional<List<IndexEntry>> load(SharedStrings shared) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(new FileInputStream(file().toFile()), BLOCK))) {
      byte[] header = in.readNBytes(HEADER.length);
      if (!Arrays.equals(header, HEADER)) {
        return Optional.empty();
      }
      DataInputStream about = block(in);
      DirectoryState state =
          new DirectoryState(
              about.readLong(), about.readLong(), about.readLong(), about.readLong());
      int count = about.readInt();
      if (count < fewest || !state.equals(DirectoryState.of(orders))) {
        return Optional.empty();
      }
      List<IndexEntry> entries = new ArrayList<>(count);
      IndexEntryCodec.Strings strings = new IndexEntryCodec.Strings(shared);
      while (entries.size() < count) {
        DataInputStream block = block(in);
        IndexEntryCodec.Reader reader = new IndexEntryCodec.Reader(block, strings);
        while (block.available() > 0) {
          entries.add(reader.read());
        }
      }
      if (entries.size() != count || in.read() >= 0) {
        throw new IOException("it does not end where it should");
      }
      covered = state;
      return Optional.of(entries);
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      LOG.warnf("The index snapshot cannot be used, so all orders are read: %s", e.getMessage());
      return Optional.empty();
    }
  }

  private static DataInputStream block(DataInputStream in) throws IOException {
    int length = in.readInt();
    int checksum = in.readInt();
    if (length < 0 || length > LARGEST_BLOCK) {
      throw new IOException("a block has no valid length");
    }
    byte[] block = in.readNBytes(length);
    if (block.length < length || checksum(block, length) != checksum) {
      throw new IOException("a block does not match its checksum");
    }
    return new DataInputStream(new ByteArrayInputStream(block));
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Whether the snapshot on disk is out of date now. */
  synchronized boolean isOutdated() {
    try {
      return covered == null || !covered.equals(DirectoryState.of(orders));
    } catch (IOException e) {
      return true;
    }
  }

  /** Whether to save it now and then: it is out of date, and saving it did not fail lately. */
  synchronized boolean isWorthSaving() {
    return System.nanoTime() - notBefore >= 0 && isOutdated();
  }

  /**
   * Removes the snapshot, because an entry of the index was wrong or is gone although the directory
   * has not changed.
   */
  synchronized void distrust() {
    covered = null;
    boolean _ = file().toFile().delete();
  }

  /**
   * Saves the index unless the snapshot is up to date, or the index is small. Files may be written
   * meanwhile: a snapshot that they make stale is not believed.
   *
   * @return false if the clock of the file system must tick first
   */
  synchronized boolean save(WorkOrderIndex index) {
    if (index.size() < fewest || !isOutdated()) {
      return true;
    }
    covered = null;
    Path aside = dataDir.resolve(ASIDE);
    try {
      try (FileOutputStream file = new FileOutputStream(aside.toFile())) {
        // Sets the file's time. A change of the directory from now on has no earlier time.
        file.write(HEADER);
        DirectoryState now = DirectoryState.of(aside);
        DirectoryState state = DirectoryState.of(orders);
        if (!state.sharesClockWith(now)) {
          return true;
        }
        if (!state.isBefore(now)) {
          return false;
        }
        BufferedOutputStream out = new BufferedOutputStream(file, BLOCK);
        write(out, state, index.entries());
        out.flush();
        file.getFD().sync();
        covered = state;
      }
      Files.move(aside, file(), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (IOException e) {
      fail(Journal.reason(e));
      return true;
    } catch (RuntimeException | OutOfMemoryError e) {
      // The store can do without it, so this must not end the thread that writes the orders.
      fail(e.toString());
      return true;
    } finally {
      if (covered == null) {
        boolean _ = aside.toFile().delete();
      }
    }
  }

  private void fail(String reason) {
    covered = null;
    notBefore = System.nanoTime() + AFTER_FAILURE_NANOS;
    LOG.warnf(
        "The index snapshot cannot be written, so the next start reads all orders: %s", reason);
  }

  private static void write(
      BufferedOutputStream file, DirectoryState state, List<IndexEntry> entries)
      throws IOException {
    DataOutputStream out = new DataOutputStream(file);
    Block block = new Block();
    DataOutputStream content = new DataOutputStream(block);
    content.writeLong(state.device());
    content.writeLong(state.inode());
    content.writeLong(state.modifiedAt());
    content.writeLong(state.changedAt());
    content.writeInt(entries.size());
    block.endTo(out);
    IndexEntryCodec.Writer writer = new IndexEntryCodec.Writer(content);
    for (IndexEntry entry : entries) {
      writer.write(entry);
      if (block.size() >= BLOCK) {
        block.endTo(out);
      }
    }
    if (block.size() > 0) {
      block.endTo(out);
    }
  }

  private Path file() {
    return dataDir.resolve(NAME);
  }

  /** A part of the file with a checksum of its own. */
  private static final class Block extends ByteArrayOutputStream {
    Block() {
      super(2 * BLOCK);
    }

    void endTo(DataOutputStream out) throws IOException {
      out.writeInt(size());
      out.writeInt(checksum(buf, count));
      writeTo(out);
      reset();
    }
  }
}
