package dev.agentgate.git;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Keeps the end of a stream. Reads it at once, so that the writer never blocks. */
final class OutputTail {
  private static final Logger LOG = Logger.getLogger(OutputTail.class);
  private static final int KEPT_OUTPUT = 64 * 1024;

  private final byte[] kept = new byte[KEPT_OUTPUT];
  private final Thread reader;
  private long total;

  private OutputTail(InputStream stream) {
    this.reader = Thread.ofVirtual().name("git-output").unstarted(() -> drain(stream));
  }

  static OutputTail of(InputStream stream) {
    OutputTail tail = new OutputTail(stream);
    tail.reader.start();
    return tail;
  }

  boolean awaitEnd(Duration time) throws InterruptedException {
    return reader.join(time);
  }

  boolean isEnded() {
    return !reader.isAlive();
  }

  synchronized boolean isWhole() {
    return total <= kept.length;
  }

  synchronized String text() {
    int length = (int) Math.min(total, kept.length);
    byte[] tail = new byte[length];
    for (int i = 0; i < length; i++) {
      tail[i] = kept[(int) ((total - length + i) % kept.length)];
    }
    return new String(tail, StandardCharsets.UTF_8);
  }

  private void drain(InputStream stream) {
    byte[] buffer = new byte[8192];
    try (stream) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        append(buffer, n);
      }
    } catch (IOException e) {
      LOG.debug("git's output ended early", e);
    }
  }

  private synchronized void append(byte[] buffer, int length) {
    for (int i = 0; i < length; i++) {
      kept[(int) (total++ % kept.length)] = buffer[i];
    }
  }
}
