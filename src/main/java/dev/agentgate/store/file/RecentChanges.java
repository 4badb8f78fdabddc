package dev.agentgate.store.file;

import dev.agentgate.store.ChangeFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The latest changes since the store was opened, in memory. */
final class RecentChanges implements ChangeFeed {
  static final int KEPT = 4_096;

  private final String feed = UUID.randomUUID().toString();

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition more = lock.newCondition();
  private final ChangeFeed.Entry[] ring = new ChangeFeed.Entry[KEPT];
  private long latest;

  /** Adds durable changes, in order. */
  void add(List<Change> changes) {
    lock.lock();
    try {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put ->
              add(
                  new ChangeFeed.Entry(
                      put.order().id(), put.order().revision(), Optional.of(put.order().status())));
          case Change.Remove remove ->
              add(new ChangeFeed.Entry(remove.id(), remove.revision(), Optional.empty()));
          case Change.Pause _ -> {}
        }
      }
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void add(ChangeFeed.Entry change) {
    ring[(int) (latest % KEPT)] = change;
    latest++;
  }

  @Override
  public Position latest() {
    lock.lock();
    try {
      return new Position(feed, latest);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Changes after(Position position, int limit) {
    lock.lock();
    try {
      if (isGap(position)) {
        return new Changes(List.of(), new Position(feed, latest), true);
      }
      List<ChangeFeed.Entry> changes = new ArrayList<>();
      long number = position.number();
      for (; number < latest && changes.size() < limit; number++) {
        changes.add(ring[(int) (number % KEPT)]);
      }
      return new Changes(changes, new Position(feed, number), false);
    } finally {
      lock.unlock();
    }
  }

  private boolean isGap(Position position) {
    return !position.feed().equals(feed) || latest - position.number() > KEPT;
  }

  @Override
  public boolean await(Position position, Duration atMost) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    lock.lockInterruptibly();
    try {
      while (!isGap(position) && position.number() >= latest) {
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
