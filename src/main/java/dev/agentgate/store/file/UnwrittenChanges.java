package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The durable changes whose files are not written yet. Any thread may add changes and wait for
 * room; one thread writes them.
 */
final class UnwrittenChanges {
  /** If more orders than this wait to be written, there is no room for another change. */
  private static final int MOST_ORDERS = 20_000;

  private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * If the gathered bodies have more bytes than this, they are written before the second is over.
   */
  private static final long MOST_GATHERED = 2 << 20;

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final Logger LOG = Logger.getLogger(UnwrittenChanges.class);

  /** The newest body of an order. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  record Body(WorkOrder order, byte[] json) {}

  /**
   * What is to be written now.
   *
   * @param pause whether the queue is paused; null if that did not change
   */
  record Due(List<WorkOrderId> orders, @Nullable Boolean pause) {
    boolean isEmpty() {
      return orders.isEmpty() && pause == null;
    }
  }

  private final ConcurrentHashMap<WorkOrderId, Body> bodies = new ConcurrentHashMap<>();

  // Guards what is due, and wakes the thread that writes and the threads that wait for room.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<WorkOrderId> due = new ArrayDeque<>();
  private @Nullable Boolean duePause;
  private long gathered;
  private boolean asleep;
  private boolean finishing;

  /** Adds durable changes, in order, except for removals. */
  void add(Collection<Change> changes) {
    lock.lock();
    try {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put -> {
            WorkOrderId id = put.order().id();
            if (bodies.put(id, new Body(put.order(), put.json())) == null) {
              due.add(id);
            }
            gathered += put.json().length;
          }
          case Change.Remove _ -> {}
          case Change.Pause pause -> duePause = pause.paused();
        }
      }
      if (asleep || gathered > MOST_GATHERED) {
        work.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the bodies of removed orders. */
  void forgetRemoved(Collection<Change> changes) {
    for (Change change : changes) {
      if (change instanceof Change.Remove remove) {
        bodies.remove(remove.id());
      }
    }
  }

  /** Returns the newest body of an order; empty if it was written or removed. */
  Optional<Body> find(WorkOrderId id) {
    return Optional.ofNullable(bodies.get(id));
  }

  boolean hasRoom() {
    return bodies.mappingCount() < MOST_ORDERS;
  }

  /** Waits until the condition holds, or until there will be no more writing. */
  void awaitRoom(BooleanSupplier condition) {
    lock.lock();
    try {
      while (!finishing && !condition.getAsBoolean()) {
        room.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets the threads that wait for room look again. */
  void signalRoom() {
    lock.lock();
    try {
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes all that is due. It must be written, or be put back. */
  Due takeDue() {
    lock.lock();
    try {
      Due taken = new Due(List.copyOf(due), duePause);
      due.clear();
      duePause = null;
      gathered = 0;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  void putBack(Due unwritten) {
    lock.lock();
    try {
      for (WorkOrderId id : unwritten.orders().reversed()) {
        due.addFirst(id);
      }
      if (duePause == null) {
        duePause = unwritten.pause();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Forgets a body that was written.
   *
   * @return false if there is a newer one, or none is left
   */
  boolean forget(WorkOrderId id, Body written) {
    return bodies.remove(id, written);
  }

  /** Makes an order due again if it has a body. */
  void addAgain(WorkOrderId id) {
    lock.lock();
    try {
      if (bodies.containsKey(id)) {
        due.add(id);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for changes for a while; returns after a failure when it is time for the next try. */
  void awaitDue(boolean failed) {
    lock.lock();
    try {
      room.signalAll();
      asleep = true;
      long nanos = failed ? RETRY_NANOS : LOOK_AGAIN_NANOS;
      while (nanos > 0 && !finishing && (failed || (due.isEmpty() && duePause == null))) {
        nanos = work.awaitNanos(nanos);
      }
      asleep = false;
      // Gathers changes, so that an order that is submitted, started and ended in a moment is
      // written only once, and so that its writers do not compete with this thread for the disk.
      nanos = failed ? 0 : GATHER_NANOS;
      while (nanos > 0 && !finishing && gathered <= MOST_GATHERED) {
        nanos = work.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      LOG.debug("Writing behind was interrupted unexpectedly; continuing", e);
    } finally {
      asleep = false;
      lock.unlock();
    }
  }

  /** Ends all waiting: what is due is to be written now. */
  void finish() {
    lock.lock();
    try {
      finishing = true;
      work.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isFinishing() {
    lock.lock();
    try {
      return finishing;
    } finally {
      lock.unlock();
    }
  }
}
