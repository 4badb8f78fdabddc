package dev.agentgate.store.file;

import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.ChangeRing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The latest changes since the store was opened, in memory. */
final class RecentChanges implements ChangeFeed {
  static final int KEPT = 4_096;

  /** Guards the changes. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition more = lock.newCondition();
  private final ChangeRing ring = new ChangeRing(KEPT);

  /** Adds durable changes, in order. */
  void add(List<Change> changes) {
    lock.lock();
    try {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put ->
              ring.add(
                  new ChangeFeed.Entry(
                      put.order().id(), put.order().revision(), Optional.of(put.order().status())));
          case Change.Remove remove ->
              ring.add(new ChangeFeed.Entry(remove.id(), remove.revision(), Optional.empty()));
          case Change.Pause _ -> {}
        }
      }
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Position latest() {
    lock.lock();
    try {
      return ring.latest();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Changes after(Position position, int limit) {
    lock.lock();
    try {
      return ring.after(position, limit);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean await(Position position, Duration atMost) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    lock.lockInterruptibly();
    try {
      while (!ring.hasAfter(position)) {
        if (nanos <= 0) {
          return false;
        }
        nanos = more.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
