package dev.agentgate.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A request body that must arrive within a time. The framework has a timeout of its own for each
 * piece, which a body that trickles never reaches.
 */
final class TimedBody extends FilterInputStream {
  private final LongSupplier nanoTime;
  private final long deadlineNanos;

  TimedBody(InputStream body, Duration patience, LongSupplier nanoTime) {
    super(body);
    this.nanoTime = nanoTime;
    this.deadlineNanos = nanoTime.getAsLong() + patience.toNanos();
  }

  @Override
  public int read() throws IOException {
    int read = in.read();
    return inTime(read);
  }

  @Override
  public int read(byte[] into, int from, int most) throws IOException {
    return inTime(in.read(into, from, most));
  }

  // The end is never too late: then everything is there.
  private int inTime(int read) throws TooSlowException {
    if (read >= 0 && nanoTime.getAsLong() - deadlineNanos > 0) {
      throw new TooSlowException();
    }
    return read;
  }

  /** The body did not arrive in time. */
  static final class TooSlowException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
