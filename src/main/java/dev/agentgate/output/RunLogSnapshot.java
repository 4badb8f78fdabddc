package dev.agentgate.output;

import java.io.IOException;
import java.util.Arrays;

/**
 * A run's log at one moment: the head, the line for dropped bytes if there are any, and the tail. A
 * <em>place</em> counts the bytes of that text; HTTP ranges are given in places.
 */
public final class RunLogSnapshot {
  private static final int BLOCK = 64 * 1024;

  private final RunLog log;
  private final RunLogHole hole;
  private final byte[] notice;
  private final long size;

  RunLogSnapshot(RunLog log, RunLogHole hole, long size) {
    this.log = log;
    this.hole = hole;
    this.notice = hole.exists() ? hole.notice(hole.start()) : new byte[0];
    this.size = size;
  }

  /** Returns the offset after the last byte written. */
  public long size() {
    return size;
  }

  /** Returns the length of the text in bytes. */
  public long length() {
    return hole.exists() ? size - (hole.end() - hole.start()) + notice.length : size;
  }

  /**
   * Copies exactly the bytes from one place to another.
   *
   * @param to at most {@link #length()}
   * @throws IOException if some of them have been dropped meanwhile, or the log is gone
   */
  public void copy(long from, long to, SecretMask mask, Sink sink) throws IOException {
    long afterNotice = hole.start() + notice.length;
    long place = from;
    while (place < to) {
      byte[] bytes;
      if (place < hole.start()) {
        bytes = present(log.read(place, Math.min(to, hole.start()), BLOCK, mask, false));
      } else if (place < afterNotice) {
        int first = (int) (place - hole.start());
        int last = (int) Math.min(notice.length, to - hole.start());
        bytes = Arrays.copyOfRange(notice, first, last);
      } else {
        long shift = hole.end() - afterNotice;
        bytes = present(log.read(place + shift, to + shift, BLOCK, mask, false));
      }
      sink.accept(bytes);
      place += bytes.length;
    }
  }

  private static byte[] present(RunLogBlock block) throws IOException {
    if (block.notice() || block.bytes().length == 0) {
      throw new IOException("A part of the log was dropped while it was read");
    }
    return block.bytes();
  }

  /**
   * Copies everything from an offset to the end. Bytes dropped meanwhile are replaced by a line
   * that says so.
   */
  public void copyRest(long offset, SecretMask mask, Sink sink) throws IOException {
    long at = offset;
    while (at < size) {
      RunLogBlock block = log.read(at, size, BLOCK, mask, false);
      if (block.bytes().length == 0) {
        return;
      }
      sink.accept(block.bytes());
      at = block.next();
    }
  }

  /** Receives the bytes. Blocks until its reader is ready for them. */
  @FunctionalInterface
  public interface Sink {
    void accept(byte[] bytes) throws IOException;
  }
}
