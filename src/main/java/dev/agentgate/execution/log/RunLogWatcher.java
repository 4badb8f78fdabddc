package dev.agentgate.execution.log;

import dev.agentgate.workorder.RunId;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Notifies listeners when a log has grown. A single thread checks each log that has listeners, once
 * however many there are, and sleeps while there are none. It passes on no text: each listener
 * reads the log when its client is ready, so a slow client costs nothing.
 */
public final class RunLogWatcher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RunLogWatcher.class);

  /** Asking whether a run is over may query the store, so not every look asks. */
  private static final int LOOKS_PER_QUESTION = 5;

  private final Duration interval;

  /** Guards everything below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Map<RunId, Watch> watches = new HashMap<>();
  private boolean closed;

  public RunLogWatcher(Duration interval) {
    this.interval = interval;
    Thread.ofPlatform().name("log-watch").daemon().start(this::loop);
  }

  /**
   * Begins to listen.
   *
   * @param over whether nothing more will ever be written. The first listener's question is asked
   *     on behalf of all listeners of the log. If it throws, the answer counts as yes.
   */
  public Listener listen(RunId run, RunLog log, BooleanSupplier over) {
    lock.lock();
    try {
      Watch watch =
          watches.computeIfAbsent(run, id -> new Watch(id, log, over, lock.newCondition()));
      watch.listeners++;
      changed.signal();
      return new Listener(watch);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of logs that are watched now. */
  public int watchedLogs() {
    lock.lock();
    try {
      return watches.size();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes all listeners and tells them that this is closed. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
      watches.values().forEach(watch -> watch.news.signalAll());
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    try {
      for (int look = 0; ; look++) {
        List<Watch> all = awaitNext();
        if (all.isEmpty()) {
          return;
        }
        for (Watch watch : all) {
          look(watch, look % LOOKS_PER_QUESTION == 0);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the logs to look at; empty once this is closed. */
  private List<Watch> awaitNext() throws InterruptedException {
    lock.lock();
    try {
      long left = interval.toNanos();
      while (!closed && (watches.isEmpty() || left > 0)) {
        if (watches.isEmpty()) {
          changed.await();
        } else {
          left = changed.awaitNanos(left);
        }
      }
      return closed ? List.of() : List.copyOf(watches.values());
    } finally {
      lock.unlock();
    }
  }

  private void look(Watch watch, boolean ask) {
    boolean over = false;
    long size = 0;
    try {
      // The question comes before the size: if the run is over, nothing is written after that size.
      over = ask && watch.over.getAsBoolean();
      size = watch.log.size();
    } catch (UncheckedIOException e) {
      LOG.debugf("A log cannot be read: %s", e.toString());
    } catch (RuntimeException e) {
      over = true;
    }
    lock.lock();
    try {
      if (size > watch.size || over) {
        watch.size = Math.max(size, watch.size);
        watch.ended |= over;
        watch.news.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static final class Watch {
    final RunId run;
    final RunLog log;
    final BooleanSupplier over;
    final Condition news;
    int listeners;
    long size;
    boolean ended;

    Watch(RunId run, RunLog log, BooleanSupplier over, Condition news) {
      this.run = run;
      this.log = log;
      this.over = over;
      this.news = news;
    }
  }

  /** The result of waiting. */
  public enum News {
    /** There is more to read. */
    GROWN,
    /** Everything that will ever be written can be read now. */
    ENDED,
    /** Nothing has changed yet. */
    NOTHING,
    /** The service is stopping. */
    CLOSED
  }

  /** Waits for more output. Not for concurrent use. */
  public final class Listener implements AutoCloseable {
    private final Watch watch;
    private long seen;
    private boolean gone;

    private Listener(Watch watch) {
      this.watch = watch;
    }

    /**
     * Waits until the log has grown since the last call, or nothing more can come, or the time is
     * up.
     */
    public News await(Duration timeout) throws InterruptedException {
      lock.lock();
      try {
        long left = timeout.toNanos();
        while (!closed && !watch.ended && watch.size <= seen && left > 0) {
          left = watch.news.awaitNanos(left);
        }
        if (closed) {
          return News.CLOSED;
        }
        if (watch.ended) {
          return News.ENDED;
        }
        boolean grown = watch.size > seen;
        seen = watch.size;
        return grown ? News.GROWN : News.NOTHING;
      } finally {
        lock.unlock();
      }
    }

    /** Stops listening. Idempotent. */
    @Override
    public void close() {
      lock.lock();
      try {
        if (!gone) {
          gone = true;
          watch.listeners--;
          if (watch.listeners == 0) {
            watches.remove(watch.run, watch);
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
