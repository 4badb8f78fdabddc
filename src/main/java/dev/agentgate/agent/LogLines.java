package dev.agentgate.agent;

import java.util.Arrays;

/**
 * Cuts a log into lines as it comes, in bounded memory: of a line that is longer than {@value
 * #LONGEST} bytes only its length is told. Not for concurrent use.
 */
final class LogLines {
  /** Longer lines are skipped to their end. */
  static final int LONGEST = 1 << 20;

  private static final int KEPT_BUFFER = 64 * 1024;

  private final Sink sink;

  /** The beginning of a line whose end has not come yet. */
  private byte[] begun = new byte[0];

  private int length;

  /** How much of a line that is too long has come; 0 if the present line is not. */
  private long skipped;

  /** How many bytes came before the present line. */
  private long lineStart;

  LogLines(Sink sink) {
    this.sink = sink;
  }

  /** Takes the lines, each without its line feed. */
  interface Sink {
    /** A line; the bytes are valid during the call only. */
    void line(byte[] bytes, int from, int to);

    /** A line that is too long. */
    void skipped(long bytes);
  }

  /** How many bytes came before the line that is told, or was told last, had ended. */
  long lineEnd() {
    return lineStart;
  }

  /** How many bytes came since the end of the last line. */
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

  /** Takes what came since the last line feed for a line: nothing more will come. */
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
