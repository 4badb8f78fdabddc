package dev.agentgate.agent;

import java.util.Arrays;

/**
 * Splits a growing log into lines, in bounded memory: of a line longer than {@value #LONGEST} bytes
 * only the length is passed on. Not for concurrent use.
 */
final class LogLines {
  /** Longer lines are skipped. */
  static final int LONGEST = 1 << 20;

  private static final int KEPT_BUFFER = 64 * 1024;

  private final Sink sink;

  /** The beginning of a line whose end has not arrived yet. */
  private byte[] begun = new byte[0];

  private int length;

  /** The bytes so far of a line that is too long; 0 if the current line is not too long. */
  private long skipped;

  /** The number of bytes before the current line. */
  private long lineStart;

  LogLines(Sink sink) {
    this.sink = sink;
  }

  /** Receives the lines, without their line feeds. */
  interface Sink {
    /** Receives a line. The bytes are valid only during the call. */
    void line(byte[] bytes, int from, int to);

    /** Receives the length of a line that is too long. */
    void skipped(long bytes);
  }

  /** Returns the number of bytes up to the end of the line that was passed on last. */
  long lineEnd() {
    return lineStart;
  }

  /** Returns the number of bytes since the end of the last line. */
  long pending() {
    return length + skipped;
  }

  void accept(byte[] bytes, int from, int to) {
    int start = from;
    for (int at = from; at < to; at++) {
      if (bytes[at] == '\n') {
        lineStart += pending() + at + 1 - start;
        endLine(bytes, start, at);
        start = at + 1;
      }
    }
    keep(bytes, start, to);
  }

  /** Ends the input. Bytes after the last line feed count as a line. */
  void end() {
    if (pending() > 0) {
      lineStart += pending();
      endLine(begun, 0, 0);
    }
  }

  private void endLine(byte[] bytes, int from, int to) {
    if (skipped == 0 && length == 0 && to - from <= LONGEST) {
      sink.line(bytes, from, to);
      return;
    }
    keep(bytes, from, to);
    if (skipped > 0) {
      long all = skipped;
      skipped = 0;
      sink.skipped(all);
    } else {
      int all = length;
      length = 0;
      sink.line(begun, 0, all);
    }
    if (begun.length > KEPT_BUFFER) {
      begun = new byte[0];
    }
  }

  private void keep(byte[] bytes, int from, int to) {
    int more = to - from;
    if (skipped > 0) {
      skipped += more;
    } else if (length + more > LONGEST) {
      skipped = (long) length + more;
      length = 0;
      begun = new byte[0];
    } else if (more > 0) {
      if (length + more > begun.length) {
        begun = Arrays.copyOf(begun, Math.min(LONGEST, Math.max(length + more, 2 * length)));
      }
      System.arraycopy(bytes, from, begun, length, more);
      length += more;
    }
  }
}
