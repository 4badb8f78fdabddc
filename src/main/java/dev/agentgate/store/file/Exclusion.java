package dev.agentgate.store.file;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Lets one thread at a time change a thing: an order, by its id, or an idempotency key. */
final class Exclusion {
  private final ConcurrentHashMap<Object, CountDownLatch> held = new ConcurrentHashMap<>();

  /** Does something while nobody else changes the same thing. */
  <T> T holding(Object what, Supplier<T> action) {
    CountDownLatch mine = new CountDownLatch(1);
    boolean interrupted = false;
    for (CountDownLatch other = held.putIfAbsent(what, mine);
        other != null;
        other = held.putIfAbsent(what, mine)) {
      try {
        other.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    try {
      return action.get();
    } finally {
      release(what);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Holds a thing that nobody holds, until {@link #release}; false if somebody does. */
  boolean tryHold(Object what) {
    return held.putIfAbsent(what, new CountDownLatch(1)) == null;
  }

  void release(Object what) {
    CountDownLatch mine = held.remove(what);
    if (mine != null) {
      mine.countDown();
    }
  }
}
