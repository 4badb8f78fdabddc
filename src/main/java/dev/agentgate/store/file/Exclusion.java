package dev.agentgate.store.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Lets only one thread at a time change an order, identified by its id, or an idempotency key. */
final class Exclusion {
  private final ConcurrentHashMap<Object, CountDownLatch> held = new ConcurrentHashMap<>();

  /** Runs an action while no other thread changes the same thing; waits until the thing is free. */
  <T> T holding(Object what, Supplier<T> action) {
    hold(what);
    try {
      return action.get();
    } finally {
      release(what);
    }
  }

  private void hold(Object what) {
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
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs an action while no other thread changes any of these things.
   *
   * @param things in an order that is the same for all callers, so that no two of them wait for
   *     each other
   */
  <T> T holdingAll(Collection<?> things, Supplier<T> action) {
    List<Object> taken = new ArrayList<>(things.size());
    try {
      for (Object thing : things) {
        hold(thing);
        taken.add(thing);
      }
      return action.get();
    } finally {
      taken.forEach(this::release);
    }
  }

  /** Holds a thing until {@link #release}; returns false if another thread holds it. */
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
