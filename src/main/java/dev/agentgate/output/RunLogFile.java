package dev.agentgate.output;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.execution.log.LogSnapshot;
import dev.agentgate.execution.log.RunLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The log of a run as a file. The run's processes append to it themselves.
 *
 * <p>Offsets keep their meaning when the log is cut down to its cap ({@link LogCap}) and when the
 * service restarts. Offsets within the hole that a cut leaves are those of dropped bytes. So are
 * offsets of bytes that a process of the run truncated, for example by opening {@code /dev/stdout}
 * again for writing: {@link LogCapper} sees that the file has shrunk, and records a hole from the
 * beginning.
 *
 * <p>An instance has no state. Anything but a regular file that an agent put in the place of the
 * log reads as empty: a link, a directory or a pipe.
 */
public final class RunLogFile implements RunLog {
  private static final int SCAN_BLOCK = 64 * 1024;

  private final Path file;
  private final Path holeFile;
  private final LongConsumer reading;

  public RunLogFile(RunDirectory directory) {
    this(directory, _ -> {});
  }

  /**
   * @param reading is told the end of each part that is read
   */
  RunLogFile(RunDirectory directory, LongConsumer reading) {
    this.reading = reading;
    this.file = directory.outputLog();
    this.holeFile = file.resolveSibling("output.hole");
  }

  Path file() {
    return file;
  }

  Path holeFile() {
    return holeFile;
  }

  /**
   * Returns what was dropped from the middle. Nothing if the file ends before the recorded hole
   * does: a process of the run has truncated it then, and its content was written later.
   */
  RunLogHole hole() throws IOException {
    RunLogHole recorded = RunLogHole.read(holeFile);
    return fits(recorded) ? recorded : RunLogHole.NONE;
  }

  private boolean fits(RunLogHole hole) throws IOException {
    return !hole.exists() || fileSize() >= hole.position(hole.end());
  }

  /**
   * Records a hole if a process of the run truncated the log. Only one thread at a time may call
   * this for a log.
   *
   * @param seen the number of bytes written at the last look or read since; 0 if there was neither
   */
  void noteCutOff(long seen) throws IOException {
    RunLogHole recorded = RunLogHole.read(holeFile);
    if (!fits(recorded) || size(recorded) < seen) {
      long written = recorded.exists() ? Math.max(seen, recorded.end()) : seen;
      RunLogHole.cutOff(written).write(holeFile);
    }
  }

  @Override
  public long size() {
    try {
      return size(hole());
    } catch (IOException e) {
      return 0;
    }
  }

  private long size(RunLogHole hole) throws IOException {
    return fileSize() + hole.removed();
  }

  /** Returns the size of a log of which nothing is gone; -1 if a hole is recorded. */
  long wholeSize() throws IOException {
    return Files.exists(holeFile, LinkOption.NOFOLLOW_LINKS) ? -1 : fileSize();
  }

  long fileSize() throws IOException {
    return attributes().map(BasicFileAttributes::size).orElse(0L);
  }

  private Optional<BasicFileAttributes> attributes() throws IOException {
    try {
      return Optional.of(
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS))
          .filter(BasicFileAttributes::isRegularFile);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Instant> lastActivityAt() {
    try {
      return attributes().map(found -> found.lastModifiedTime().toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public LogSnapshot snapshot() throws IOException {
    RunLogHole hole = hole();
    return new RunLogFileSnapshot(this, hole, size(hole));
  }

  @Override
  public LogBlock read(long offset, long limit, int max, SecretMask mask, boolean growing)
      throws IOException {
    while (true) {
      RunLogHole hole = hole();
      LogBlock block = read(hole, offset, limit, max, mask, growing);
      // The hole is recorded before it is punched. If the record has not changed, neither had the
      // bytes when they were read.
      if (hole.equals(hole())) {
        if (block.bytes().length > 0) {
          reading.accept(block.next());
        }
        return block;
      }
    }
  }

  private LogBlock read(
      RunLogHole hole, long offset, long limit, int max, SecretMask mask, boolean growing)
      throws IOException {
    if (hole.contains(offset)) {
      return new LogBlock(hole.notice(offset), hole.end(), true);
    }
    boolean inHead = offset < hole.start();
    long size = size(hole);
    long segmentStart = inHead ? 0 : hole.end();
    long segmentEnd = inHead ? Math.min(hole.start(), size) : size;
    long end = Math.min(Math.min(limit, segmentEnd), offset + max);
    if (end <= offset) {
      return new LogBlock(new byte[0], offset, false);
    }
    long from = Math.max(segmentStart, offset - mask.reach());
    long to = Math.min(segmentEnd, end + mask.reach());
    byte[] bytes = readFile(hole.position(from), (int) (to - from));
    boolean atEnd = to == size;
    if (growing && atEnd) {
      end = Math.min(end, to - mask.pending(bytes));
      if (end <= offset) {
        return new LogBlock(new byte[0], offset, false);
      }
    }
    mask.apply(bytes, from == hole.end(), to == segmentEnd);
    int first = (int) (offset - from);
    int last = Math.min(bytes.length, (int) (end - from));
    return last <= first
        ? new LogBlock(new byte[0], offset, false)
        : new LogBlock(Arrays.copyOfRange(bytes, first, last), offset + last - first, false);
  }

  /** Reads from the file; returns less than {@code length} only at its end. */
  byte[] readFile(long position, int length) throws IOException {
    // Opening a pipe would wait for a writer.
    if (attributes().isEmpty()) {
      return new byte[0];
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    // Links are refused again, because the agent may have replaced the log since the check.
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
        // Reads until the buffer is full.
      }
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
    return buffer.hasRemaining()
        ? Arrays.copyOf(buffer.array(), buffer.position())
        : buffer.array();
  }

  @Override
  public long startOfLastLines(int lines, long end) throws IOException {
    RunLogHole hole = hole();
    int missing = lines;
    long at = end;
    if (at > hole.end()) {
      Scan tail = scanBack(hole, hole.end(), at, missing);
      if (tail.missing == 0) {
        return tail.offset;
      }
      missing = tail.missing - 1;
      if (missing == 0) {
        return hole.start();
      }
      at = hole.start();
    }
    return scanBack(hole, 0, Math.min(at, hole.start()), missing).offset;
  }

  private record Scan(long offset, int missing) {}

  /**
   * Finds line starts between {@code end} and {@code start}, backwards. {@code start} is a line
   * start.
   */
  private Scan scanBack(RunLogHole hole, long start, long end, int lines) throws IOException {
    int missing = lines;
    long at = end;
    while (at > start) {
      long from = Math.max(start, at - SCAN_BLOCK);
      byte[] block = readFile(hole.position(from), (int) (at - from));
      for (int i = block.length - 1; i >= 0; i--) {
        // A line feed at the very end finishes the last line and does not begin another.
        if (block[i] == '\n' && from + i + 1 < end && --missing == 0) {
          return new Scan(from + i + 1, 0);
        }
      }
      at = from;
    }
    return new Scan(start, end > start ? missing - 1 : missing);
  }
}
