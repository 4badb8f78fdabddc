package dev.agentgate.execution.log;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.ReadableLog;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogSnapshot.Sink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    copy(0, false, sink);
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
    RestOfText rest = new RestOfText(tail.skipped());
    copy(tail.start(), false, bytes -> sink.accept(rest.of(bytes)));
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
    return new FollowedTail(
        new LogRendering(log, format, mask, tail.start(), Long.MAX_VALUE),
        new RestOfText(tail.skipped()));
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

  /** The last lines of a text, and then what is written after them. */
  private record FollowedTail(LogRendering text, RestOfText rest) implements LogText {
    @Override
    public long offset() {
      return text.offset();
    }

    @Override
    public Optional<String> next(boolean growing) throws IOException {
      return text.nextBytes(growing)
          .map(bytes -> new String(rest.of(bytes), StandardCharsets.UTF_8));
    }
  }

  /** What comes after the first lines of a text that is seen piece by piece. */
  private static final class RestOfText {
    private long missing;

    RestOfText(long lines) {
      this.missing = lines;
    }

    /** Returns the part of the next piece that comes after those lines. */
    byte[] of(byte[] piece) {
      int from = 0;
      while (missing > 0 && from < piece.length) {
        if (piece[from++] == '\n') {
          missing--;
        }
      }
      return from == 0 ? piece : Arrays.copyOfRange(piece, from, piece.length);
    }
  }
}
