package dev.agentgate.output;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.execution.log.LogSnapshot;
import java.io.IOException;
import java.util.Arrays;

/** The log of a run at one moment. Reads the file when it is asked to copy. */
final class RunLogFileSnapshot implements LogSnapshot {
  private static final int BLOCK = 64 * 1024;

  private final RunLogFile log;
  private final RunLogHole hole;
  private final byte[] notice;
  private final long size;

  RunLogFileSnapshot(RunLogFile log, RunLogHole hole, long size) {
    this.log = log;
    this.hole = hole;
    this.notice = hole.exists() ? hole.notice(hole.start()) : new byte[0];
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long length() {
    return hole.exists() ? size - (hole.end() - hole.start()) + notice.length : size;
  }

  @Override
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

  private static byte[] present(LogBlock block) throws IOException {
    if (block.notice() || block.bytes().length == 0) {
      throw new IOException("A part of the log was dropped while it was read");
    }
    return block.bytes();
  }

  @Override
  public void copyRest(long offset, SecretMask mask, Sink sink) throws IOException {
    long at = offset;
    while (at < size) {
      LogBlock block = log.read(at, size, BLOCK, mask, false);
      if (block.bytes().length == 0) {
        return;
      }
      sink.accept(block.bytes());
      at = block.next();
    }
  }
}
