package dev.agentgate.runtime;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An output of the process that nobody may be reading: a pipe whose reader hangs, a terminal that
 * was stopped with Ctrl-S. A write to it then blocks for as long as that lasts, and with it whoever
 * logs a line, which is everyone. So a thread of its own writes. Others wait for it while it gets
 * on, so that a line is out when it was logged. Once it does not, lines are kept, and lost when
 * there are too many. Safe for use by many threads.
 */
final class LogOutput extends OutputStream {
  /** How long a write may take before nobody waits for it any more. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How much is kept for a reader that may come back. */
  private static final int MOST = 256 * 1024;

  private final OutputStream to;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // The lock guards these.
  private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
  private long given;
  private long written;
  private long lost;
  private boolean stuck;

  LogOutput(OutputStream to, Duration patience) {
    this.to = to;
    this.patience = patience;
    Thread.ofPlatform().daemon().name("log-output").start(this::writeForEver);
  }

  /** Replaces both outputs of the process. */
  static void install() {
    System.setOut(stream(FileDescriptor.out, System.out));
    System.setErr(stream(FileDescriptor.err, System.err));
  }

  private static PrintStream stream(FileDescriptor descriptor, PrintStream before) {
    return new PrintStream(
        new LogOutput(new FileOutputStream(descriptor), PATIENCE), true, before.charset());
  }

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    lock.lock();
    try {
      if (waiting.size() > 0 && waiting.size() + length > MOST) {
        lost += length;
        return;
      }
      waiting.write(bytes, from, length);
      given += length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything is written, unless that takes too long. */
  @Override
  public void flush() {
    lock.lock();
    try {
      long last = given;
      long left = patience.toNanos();
      while (written < last && !stuck) {
        left = changed.awaitNanos(left);
        stuck |= left <= 0 && written < last;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void writeForEver() {
    while (true) {
      byte[] next = next();
      try {
        to.write(next);
        to.flush();
      } catch (IOException e) {
        // Nobody will read it, and there is no other place to say so.
      }
      lock.lock();
      try {
        written = given - waiting.size();
        stuck = false;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private byte[] next() {
    lock.lock();
    try {
      while (waiting.size() == 0) {
        changed.awaitUninterruptibly();
      }
      if (lost > 0) {
        String told = "AgentGate: nobody read this output, so " + lost + " bytes of it were lost\n";
        waiting.writeBytes(told.getBytes(StandardCharsets.US_ASCII));
        given += told.length();
        lost = 0;
      }
      byte[] next = waiting.toByteArray();
      waiting.reset();
      return next;
    } finally {
      lock.unlock();
    }
  }
}
