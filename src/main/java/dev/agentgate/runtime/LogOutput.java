package dev.agentgate.runtime;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An output of the process that nobody may be reading: a pipe whose reader hangs, a terminal that
 * was stopped with Ctrl-S. A write to it then blocks for as long as that lasts, and so would every
 * thread that logs a line. So a thread of its own writes, and nobody waits for it until the process
 * ends. Lines that it cannot write yet are kept, and lost when there are too many. Safe for use by
 * many threads.
 */
final class LogOutput extends OutputStream {
  /** How long the end of the process waits for a reader. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** How much is kept for a reader that may come back. */
  private static final int MOST = 256 * 1024;

  private static volatile List<LogOutput> installed = List.of();

  private final OutputStream to;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private volatile boolean ending;

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
    LogOutput out = new LogOutput(new FileOutputStream(FileDescriptor.out), PATIENCE);
    LogOutput err = new LogOutput(new FileOutputStream(FileDescriptor.err), PATIENCE);
    System.setOut(new PrintStream(out, true, System.out.charset()));
    System.setErr(new PrintStream(err, true, System.err.charset()));
    installed = List.of(out, err);
    Runtime.getRuntime().addShutdownHook(new Thread(LogOutput::settleAll, "log-output-end"));
  }

  /** Does what {@link #settle} does, for both outputs of the process. */
  static void settleAll() {
    installed.forEach(LogOutput::settle);
  }

  /**
   * Waits until everything is written, unless that takes too long. From now on, a thread that logs
   * a line waits until it is written. Call it before the process ends.
   */
  void settle() {
    ending = true;
    awaitWritten();
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

  /** Waits only if the process ends. */
  @Override
  public void flush() {
    if (ending) {
      awaitWritten();
    }
  }

  private void awaitWritten() {
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
