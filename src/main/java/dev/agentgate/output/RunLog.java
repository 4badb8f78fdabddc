package dev.agentgate.output;

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

/**
 * What a run's processes wrote to stdout and stderr, in order. They append to the file themselves.
 *
 * <p>An <em>offset</em> counts the bytes that were written from the beginning of the run, and never
 * changes its meaning: not when the log is cut down to its cap ({@link LogCap}), not when the
 * service restarts. Offsets within the hole that the cap leaves read as one line that says how many
 * bytes are missing. The same goes for what a process of the run cut off, as one does that opens
 * {@code /dev/stdout} anew to write to it: {@link LogCapper} records that as a hole from the
 * beginning, where it sees that the file has shrunk.
 *
 * <p>An object of this class holds no file open and no state: use as many as you like, from as many
 * threads. A log that does not exist (any more) reads as empty, and so does whatever an agent put
 * in its place that is no regular file: a link, a directory, a pipe.
 */
public final class RunLog {
  private static final int SCAN_BLOCK = 64 * 1024;

  private final Path file;
  private final Path holeFile;

  public RunLog(RunDirectory directory) {
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
   * What was dropped from the middle; nothing once the file ends before that: then a process of the
   * run cut it off, and what is there was written since.
   */
  RunLogHole hole() throws IOException {
    RunLogHole recorded = RunLogHole.read(holeFile);
    return fits(recorded) ? recorded : RunLogHole.NONE;
  }

  private boolean fits(RunLogHole hole) throws IOException {
    return !hole.exists() || fileSize() >= hole.position(hole.end());
  }

  /**
   * Records it if a process of the run cut the log off. Not for concurrent use on one log.
   *
   * @param seen how many bytes were written at the last look; 0 if it is the first
   */
  void noteCutOff(long seen) throws IOException {
    RunLogHole recorded = RunLogHole.read(holeFile);
    if (!fits(recorded) || size(recorded) < seen) {
      long written = recorded.exists() ? Math.max(seen, recorded.end()) : seen;
      RunLogHole.cutOff(written).write(holeFile);
    }
  }

  /** How many bytes were written, those included that were dropped; 0 where there is no log. */
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

  /**
   * When something was last written; empty where there is no log: none yet, or the agent took it
   * away.
   */
  public Optional<Instant> lastActivityAt() {
    try {
      return attributes().map(found -> found.lastModifiedTime().toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The log as it is now, for a reader who needs to know its length beforehand. */
  public RunLogSnapshot snapshot() throws IOException {
    RunLogHole hole = hole();
    return new RunLogSnapshot(this, hole, size(hole));
  }

  /**
   * Reads a part of the log.
   *
   * @param offset where to begin
   * @param limit where to stop at the latest; a line that stands for dropped bytes may lead beyond
   * @param max how many bytes to read at most; such a line may be longer
   * @param growing more will be written: leave out bytes at the end that may turn out to be the
   *     beginning of a secret
   */
  public RunLogBlock read(long offset, long limit, int max, SecretMask mask, boolean growing)
      throws IOException {
    while (true) {
      RunLogHole hole = hole();
      RunLogBlock block = read(hole, offset, limit, max, mask, growing);
      // The hole is recorded before it is punched. If the record is still the same, so were the
      // bytes when they were read.
      if (hole.equals(hole())) {
        return block;
      }
    }
  }

  private RunLogBlock read(
      RunLogHole hole, long offset, long limit, int max, SecretMask mask, boolean growing)
      throws IOException {
    if (hole.contains(offset)) {
      return new RunLogBlock(hole.notice(offset), hole.end(), true);
    }
    boolean inHead = offset < hole.start();
    long size = size(hole);
    long segmentStart = inHead ? 0 : hole.end();
    long segmentEnd = inHead ? Math.min(hole.start(), size) : size;
    long end = Math.min(Math.min(limit, segmentEnd), offset + max);
    if (end <= offset) {
      return new RunLogBlock(new byte[0], offset, false);
    }
    long from = Math.max(segmentStart, offset - mask.reach());
    long to = Math.min(segmentEnd, end + mask.reach());
    byte[] bytes = readFile(hole.position(from), (int) (to - from));
    boolean atEnd = to == size;
    if (growing && atEnd) {
      end = Math.min(end, to - mask.pending(bytes));
      if (end <= offset) {
        return new RunLogBlock(new byte[0], offset, false);
      }
    }
    mask.apply(bytes, from == hole.end(), to == segmentEnd);
    int first = (int) (offset - from);
    int last = Math.min(bytes.length, (int) (end - from));
    return last <= first
        ? new RunLogBlock(new byte[0], offset, false)
        : new RunLogBlock(Arrays.copyOfRange(bytes, first, last), offset + last - first, false);
  }

  /** Reads what is there; less than {@code length} only at the end of the file. */
  byte[] readFile(long position, int length) throws IOException {
    // Opening a pipe would wait for a writer.
    if (attributes().isEmpty()) {
      return new byte[0];
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    // Not a link: an agent may have put one in place of its log since.
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
        // until it is full
      }
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
    return buffer.hasRemaining()
        ? Arrays.copyOf(buffer.array(), buffer.position())
        : buffer.array();
  }

  /**
   * Where the last lines begin. The line that stands for dropped bytes counts as one. Reads
   * backwards, no more than is needed.
   *
   * @param lines how many; at least 1
   * @param end the end of the last line
   */
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

  /** Looks for line starts from {@code end} back to {@code start}, which is one itself. */
  private Scan scanBack(RunLogHole hole, long start, long end, int lines) throws IOException {
    int missing = lines;
    long at = end;
    while (at > start) {
      long from = Math.max(start, at - SCAN_BLOCK);
      byte[] block = readFile(hole.position(from), (int) (at - from));
      for (int i = block.length - 1; i >= 0; i--) {
        // A line feed at the very end ends the last line, it begins no other.
        if (block[i] == '\n' && from + i + 1 < end && --missing == 0) {
          return new Scan(from + i + 1, 0);
        }
      }
      at = from;
    }
    return new Scan(start, end > start ? missing - 1 : missing);
  }
}
