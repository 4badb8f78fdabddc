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
    // The first line may be incomplete.
    for (long enough = lines + 1L; ; enough *= GROWTH) {
      long start = start(enough);
      LineCount count = new LineCount(sink);
      copy(start, count);
      if (start == 0 || count.lines() > lines) {
        copy(start, new AfterLines(count.lines() - lines, sink));
        return;
      }
    }
  }

  private long start(long lines) throws IOException {
    return ReadableLog.sumsUp(format) || lines > Integer.MAX_VALUE
        ? 0
        : log.startOfLastLines((int) lines, snapshot.size());
  }

  private void copy(long start, Sink sink) throws IOException {
    LogRendering rendering = new LogRendering(log, format, mask, start, snapshot.size());
    for (Optional<byte[]> piece = rendering.nextBytes(false);
        piece.isPresent();
        piece = rendering.nextBytes(false)) {
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
