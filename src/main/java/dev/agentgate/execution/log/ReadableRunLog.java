package dev.agentgate.execution.log;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.ReadableLog;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogSnapshot.Sink;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A run's log at one moment, rendered for people to read. Only a piece of it is in memory at a
 * time. A sink also gets empty pieces, so that it can break off while there is nothing to show.
 */
public final class ReadableRunLog {
  /** How much more is rendered if the last attempt did not have enough lines. */
  private static final int GROWTH = 4;

  private static final byte[] NOTHING = new byte[0];

  private final RunLog log;
  private final OutputFormat format;
  private final SecretMask mask;
  private final LogSnapshot snapshot;

  /**
   * @param mask hides secrets in what is rendered
   */
  public ReadableRunLog(RunLog log, OutputFormat format, SecretMask mask) throws IOException {
    this.log = log;
    this.format = format;
    this.mask = mask;
    this.snapshot = log.snapshot();
  }

  /** Copies all of it. */
  public void copy(Sink sink) throws IOException {
    copy(0, sink);
  }

  /**
   * Copies the last lines. Renders only the necessary part of the log, but renders it twice.
   *
   * @param lines how many; at least 1
   */
  public void copyLastLines(int lines, Sink sink) throws IOException {
    if (format == OutputFormat.TEXT) {
      snapshot.copyRest(log.startOfLastLines(lines, snapshot.size()), mask, sink);
      return;
    }
    Tail tail = tail(lines, false, sink);
    copy(tail.start(), new AfterLines(tail.skipped(), sink));
  }

  /**
   * Returns the last lines, and then what is written after them. Renders the same part as {@link
   * #copyLastLines}.
   *
   * @param lines how many; at least 1
   * @param growing whether more may be written; a line that has not ended does not count then
   * @param alive gets empty pieces, so that it can break off
   */
  public LogText followLastLines(int lines, boolean growing, Sink alive) throws IOException {
    if (format == OutputFormat.TEXT) {
      return new RunLogText(log, mask, log.startOfLastLines(lines, snapshot.size()));
    }
    Tail tail = tail(lines, growing, alive);
    return new RestOfText(
        new LogRendering(log, format, mask, tail.start(), Long.MAX_VALUE), tail.skipped());
  }

  /**
   * Where the last lines are.
   *
   * @param start where to begin to render
   * @param skipped how many of the lines that are rendered then come before them
   */
  private record Tail(long start, long skipped) {}

  private Tail tail(int lines, boolean growing, Sink alive) throws IOException {
    // The first line may be incomplete.
    for (long enough = lines + 1L; ; enough *= GROWTH) {
      long start = start(enough);
      LineCount count = new LineCount(alive);
      copy(start, growing, count);
      if (start == 0 || count.lines() > lines) {
        return new Tail(start, Math.max(0, count.lines() - lines));
      }
    }
  }

  private long start(long lines) throws IOException {
    return ReadableLog.sumsUp(format) || lines > Integer.MAX_VALUE
        ? 0
        : log.startOfLastLines((int) lines, snapshot.size());
  }

  private void copy(long start, Sink sink) throws IOException {
    copy(start, false, sink);
  }

  private void copy(long start, boolean growing, Sink sink) throws IOException {
    LogRendering rendering = new LogRendering(log, format, mask, start, snapshot.size());
    for (Optional<byte[]> piece = rendering.nextBytes(growing);
        piece.isPresent();
        piece = rendering.nextBytes(growing)) {
      sink.accept(piece.get());
    }
  }

  /** Counts lines. Passes on only that something was rendered. */
  private static final class LineCount implements Sink {
    private final Sink alive;
    private long ends;
    private boolean open;

    LineCount(Sink alive) {
      this.alive = alive;
    }

    long lines() {
      return open ? ends + 1 : ends;
    }

    @Override
    public void accept(byte[] bytes) throws IOException {
      for (byte next : bytes) {
        if (next == '\n') {
          ends++;
        }
      }
      if (bytes.length > 0) {
        open = bytes[bytes.length - 1] != '\n';
      }
      alive.accept(NOTHING);
    }
  }

  /** What comes after the first lines of a text. */
  private static final class RestOfText implements LogText {
    private final LogText text;
    private long missing;

    RestOfText(LogText text, long missing) {
      this.text = text;
      this.missing = missing;
    }

    @Override
    public long offset() {
      return text.offset();
    }

    @Override
    public Optional<String> next(boolean growing) throws IOException {
      Optional<String> piece = text.next(growing);
      return missing == 0 ? piece : piece.map(this::rest);
    }

    private String rest(String piece) {
      int from = 0;
      while (missing > 0) {
        int end = piece.indexOf('\n', from);
        if (end < 0) {
          return "";
        }
        missing--;
        from = end + 1;
      }
      return piece.substring(from);
    }
  }

  /** Passes on everything after the first lines. */
  private static final class AfterLines implements Sink {
    private final Sink rest;
    private long missing;

    AfterLines(long lines, Sink rest) {
      this.rest = rest;
      this.missing = lines;
    }

    @Override
    public void accept(byte[] bytes) throws IOException {
      int from = 0;
      while (missing > 0 && from < bytes.length) {
        if (bytes[from++] == '\n') {
          missing--;
        }
      }
      rest.accept(from == 0 ? bytes : Arrays.copyOfRange(bytes, from, bytes.length));
    }
  }
}
