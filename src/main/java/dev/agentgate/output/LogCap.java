package dev.agentgate.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps the head and tail of a log within a size while processes append to it.
 *
 * <p>The middle is punched out of the file. Writers do not notice: no byte of the tail is lost or
 * moved. Where punching is not possible, the tail is copied to the end of the head and the file is
 * truncated; bytes written in the microseconds between the last copy and the truncation are lost.
 *
 * <p>The hole is recorded before it is made. After a crash between the two, a part of the log is
 * hidden but still takes disk space until the cap is next enforced.
 */
final class LogCap {
  /** The smallest useful size. */
  static final long SMALLEST = 4096;

  private static final int COPY_BLOCK = 1024 * 1024;
  private static final int LONGEST_LINE = 64 * 1024;

  private final long maxBytes;
  private final LogCapPuncher puncher;

  /**
   * @param maxBytes the size of head and tail together; at least {@value #SMALLEST}
   */
  LogCap(long maxBytes, LogCapPuncher puncher) {
    if (maxBytes < SMALLEST) {
      throw new IllegalArgumentException("A log needs at least " + SMALLEST + " bytes");
    }
    this.maxBytes = maxBytes;
    this.puncher = puncher;
  }

  /**
   * Cuts the log down if it is too large. A quarter of the size is kept as the head and half of it
   * as the tail, which leaves the log room to grow before the next cut. Only one thread at a time
   * may call this for a log.
   *
   * @return the number of bytes that were dropped
   */
  long enforce(RunLogFile log) throws IOException, InterruptedException {
    RunLogHole old = log.hole();
    long written = log.fileSize() + old.removed();
    long gone = old.exists() ? old.end() - old.start() : 0;
    if (written - gone <= maxBytes) {
      return 0;
    }
    long start = old.exists() ? old.start() : lineStartBefore(log, maxBytes / 4);
    long oldEnd = old.exists() ? old.end() : start;
    long end = lineStartAfter(log, old, written - maxBytes / 2);
    boolean midLine = old.exists() ? old.midLine() : !endsLine(log, start);
    RunLogHole hole = new RunLogHole(start, end, old.removed(), midLine);
    hole.write(log.holeFile());
    long lost = 0;
    if (!puncher.punch(log.file(), hole.position(oldEnd), end - oldEnd)) {
      lost = rewrite(log, hole);
    }
    return end - oldEnd + lost;
  }

  /** Whether a log of which nothing is gone is small enough. */
  boolean fits(long size) {
    return size <= maxBytes;
  }

  /** Returns how many bytes a log of this size can grow before it is too large. */
  long room(long size) {
    return maxBytes - size;
  }

  /** Returns how many bytes the log can grow before it is too large. */
  long room(RunLogFile log) throws IOException {
    RunLogHole hole = log.hole();
    long gone = hole.exists() ? hole.end() - hole.start() : 0;
    return maxBytes - (log.fileSize() + hole.removed() - gone);
  }

  private long rewrite(RunLogFile log, RunLogHole hole) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            log.file(),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      // Nothing reads between the head and the tail, so no reader sees a half-finished copy.
      long from = hole.position(hole.end());
      long to = hole.start();
      while (from < channel.size() && to < hole.position(hole.end())) {
        byte[] block = log.readFile(from, COPY_BLOCK);
        writeAt(channel, to, block);
        from += block.length;
        to += block.length;
      }
      // The record comes first: after a crash here, old bytes follow the tail. That is better than
      // a tail that is mistaken for the hole.
      new RunLogHole(hole.start(), hole.end(), hole.end() - hole.start(), hole.midLine())
          .write(log.holeFile());
      long lost = channel.size() - from;
      channel.truncate(to);
      return lost;
    }
  }

  private static void writeAt(FileChannel channel, long position, byte[] block) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(block);
    while (buffer.hasRemaining()) {
      channel.write(buffer, position + buffer.position());
    }
  }

  private int window() {
    return (int) Math.min(LONGEST_LINE, maxBytes / 8);
  }

  /**
   * Returns the start of the line around {@code offset}, or {@code offset} if that is too far away.
   */
  private long lineStartBefore(RunLogFile log, long offset) throws IOException {
    int length = window();
    byte[] block = log.readFile(offset - length, length);
    for (int i = block.length - 1; i >= 0; i--) {
      if (block[i] == '\n') {
        return offset - length + i + 1;
      }
    }
    return offset;
  }

  /** Returns the start of the next line, or {@code offset} if that is too far away. */
  private long lineStartAfter(RunLogFile log, RunLogHole hole, long offset) throws IOException {
    byte[] block = log.readFile(hole.position(offset), window());
    for (int i = 0; i < block.length; i++) {
      if (block[i] == '\n') {
        return offset + i + 1;
      }
    }
    return offset;
  }

  private static boolean endsLine(RunLogFile log, long offset) throws IOException {
    byte[] last = log.readFile(offset - 1, 1);
    return last.length == 1 && last[0] == '\n';
  }
}
