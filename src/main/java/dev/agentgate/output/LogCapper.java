package dev.agentgate.output;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Keeps the logs of running runs within their size. One thread looks at all of them, the more often
 * the faster they grow; between two looks a log may exceed its size.
 *
 * <p>It keeps nothing of its own: a service that adopts a run watches its log and goes on where the
 * one before it left off.
 */
public final class LogCapper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogCapper.class);
  private static final Duration SLOWEST = Duration.ofMillis(250);
  private static final Duration FASTEST = Duration.ofMillis(10);

  private final RunDirectories directories;
  private final LogCap cap;
  private final LongAdder dropped = new LongAdder();
  private final Map<RunId, Watched> watched = new ConcurrentHashMap<>();
  private final Thread thread;

  /** Guards {@link #stopped}; signalled when there is something to watch, or no more. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition wake = lock.newCondition();
  private boolean stopped;

  /**
   * @param maxBytes what is kept of one log; at least 4096
   */
  public LogCapper(RunDirectories directories, long maxBytes) {
    this(directories, new LogCap(maxBytes, new LogCapPuncher()));
  }

  LogCapper(RunDirectories directories, LogCap cap) {
    this.directories = directories;
    this.cap = cap;
    this.thread = Thread.ofPlatform().name("log-cap").daemon().start(this::loop);
  }

  /** Keeps the log of a run that was started or adopted within its size. Idempotent. */
  public void watch(RunId run) {
    watched.computeIfAbsent(run, id -> new Watched(new RunLog(directories.of(id))));
    signal();
  }

  /**
   * Cuts the log of a run a last time, whose processes are gone, and forgets it. Idempotent; a run
   * that was never watched is cut as well.
   */
  public void finish(RunId run) {
    Watched last = watched.remove(run);
    (last == null ? new Watched(new RunLog(directories.of(run))) : last).enforce();
  }

  /** How many bytes were dropped since the service started, of all logs. */
  public long droppedBytes() {
    return dropped.sum();
  }

  /** Stops watching. Logs of runs that live on grow until another service adopts them. */
  @Override
  public void close() {
    lock.lock();
    try {
      stopped = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }

  private void signal() {
    lock.lock();
    try {
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    long pause = SLOWEST.toNanos();
    while (awaitNext(pause)) {
      pause = SLOWEST.toNanos();
      for (Watched log : watched.values()) {
        pause = Math.min(pause, log.enforce());
      }
    }
  }

  private boolean awaitNext(long pause) {
    lock.lock();
    try {
      while (watched.isEmpty() && !stopped) {
        wake.await();
      }
      long left = pause;
      while (left > 0 && !stopped) {
        left = wake.awaitNanos(left);
      }
      return !stopped;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private final class Watched {
    private final RunLog log;

    /** Guards {@link #size} and {@link #seenAt}, and keeps two threads from cutting at a time. */
    private final ReentrantLock cutting = new ReentrantLock();

    private long size;
    private long seenAt = System.nanoTime();

    Watched(RunLog log) {
      this.log = log;
    }

    /**
     * @return nanoseconds until it should be looked at again
     */
    long enforce() {
      cutting.lock();
      try {
        log.noteCutOff(size);
        dropped.add(cap.enforce(log));
        return pause(log.size(), System.nanoTime(), cap.room(log));
      } catch (IOException | RuntimeException e) {
        LOG.warnf("The log of a run could not be kept within its size: %s", e.toString());
        return SLOWEST.toNanos();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return SLOWEST.toNanos();
      } finally {
        cutting.unlock();
      }
    }

    private long pause(long newSize, long now, long room) {
      double bytesPerNano = (newSize - size) / (double) Math.max(1, now - seenAt);
      size = newSize;
      seenAt = now;
      long untilFull = bytesPerNano <= 0 ? Long.MAX_VALUE : (long) (room / bytesPerNano);
      return Math.clamp(untilFull, FASTEST.toNanos(), SLOWEST.toNanos());
    }
  }
}
