package dev.agentgate.output;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Keeps the logs of active runs within their size. One thread checks them all, and checks more
 * often when they grow faster. Between two checks a log may exceed its size.
 *
 * <p>All state is on disk: a service that adopts a run watches its log and continues where the
 * earlier process stopped.
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

  /** Guards {@link #stopped}. Signalled when a log is added and when this stops. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition wake = lock.newCondition();
  private boolean stopped;

  /**
   * @param maxBytes how much of each log is kept; at least 4096
   */
  public LogCapper(RunDirectories directories, long maxBytes) {
    this(directories, new LogCap(maxBytes, new LogCapPuncher()));
  }

  LogCapper(RunDirectories directories, LogCap cap) {
    this.directories = directories;
    this.cap = cap;
    this.thread = Thread.ofPlatform().name("log-cap").daemon().start(this::loop);
  }

  /** Starts to keep the log of a started or adopted run within its size. Idempotent. */
  public void watch(RunId run) {
    watched.computeIfAbsent(run, id -> new Watched(new RunLogFile(directories.of(id))));
    signal();
  }

  /**
   * Returns the log of a run. What is read of it counts as seen: if the run then truncates its log,
   * the next check notices, so no offset that a reader has met is used again.
   */
  public RunLogFile log(RunId run) {
    return new RunLogFile(
        directories.of(run),
        end -> {
          Watched log = watched.get(run);
          if (log != null) {
            log.read.accumulateAndGet(end, Math::max);
          }
        });
  }

  /**
   * Cuts the log of a run for the last time and forgets the run. Call it when the run's processes
   * are gone. Idempotent; it also cuts the log of a run that was never watched.
   */
  public void finish(RunId run) {
    Watched last = watched.remove(run);
    (last == null ? new Watched(new RunLogFile(directories.of(run))) : last).enforce();
  }

  /** Returns the number of bytes dropped from all logs since the service started. */
  public long droppedBytes() {
    return dropped.sum();
  }

  /** Stops watching. Logs of runs that are still active grow until a service adopts the runs. */
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
    private final RunLogFile log;

    /** Guards {@link #size} and {@link #seenAt}, and lets only one thread at a time cut the log. */
    private final ReentrantLock cutting = new ReentrantLock();

    /** How far the log was read. */
    private final AtomicLong read = new AtomicLong();

    private long size;
    private long seenAt = System.nanoTime();

    Watched(RunLogFile log) {
      this.log = log;
    }

    /**
     * @return nanoseconds until the next check
     */
    long enforce() {
      cutting.lock();
      try {
        long seen = Math.max(size, read.get());
        long whole = log.wholeSize();
        if (whole >= seen && cap.fits(whole)) {
          return pause(whole, System.nanoTime(), cap.room(whole));
        }
        log.noteCutOff(seen);
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
