package dev.agentgate.queue;

import dev.agentgate.queue.BulkResult.Failure;
import dev.agentgate.store.Store;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrderId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Does the same with every order that matches, with several orders at a time: they share the syncs
 * of the store, and the processes of many runs end together. Only a page of ids is in memory. Used
 * once.
 */
final class BulkSweep {
  /** How many orders are under way at once. */
  static final int WIDTH = 64;

  private static final int MOST_FAILURES = 100;
  private static final Logger LOG = Logger.getLogger(BulkSweep.class);

  /** Does it with one order. */
  interface Action {

    /**
     * Changes an order.
     *
     * @return the number of its processes that live on, 0 if it was changed; empty if there was
     *     nothing to do, because it no longer matches
     * @throws AgentGateException if it could not be changed
     */
    OptionalInt on(WorkOrderId id);
  }

  private final Store store;
  private final Action action;
  private final @Nullable Object requestId = MDC.get(LogKeys.REQUEST_ID);

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final List<Failure> failures = new ArrayList<>();
  private long done;
  private long failed;
  private int survivors;
  private volatile @Nullable AgentGateException stopped;

  BulkSweep(Store store, Action action) {
    this.store = store;
    this.action = action;
  }

  /** Visits the orders that match, the newest first; returns when all are done. */
  void over(WorkOrderFilter filter) {
    Semaphore free = new Semaphore(WIDTH);
    Iterator<WorkOrderId> ids = new MatchingOrders(store.workOrders(), filter);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      while (ids.hasNext()) {
        WorkOrderId id = ids.next();
        free.acquireUninterruptibly();
        if (stopped != null) {
          return;
        }
        threads.execute(() -> {
          try {
            visit(id);
          } finally {
            free.release();
          }
        });
      }
    }
  }

  private void visit(WorkOrderId id) {
    if (requestId != null) {
      MDC.put(LogKeys.REQUEST_ID, requestId);
    }
    try {
      action.on(id).ifPresent(left -> changed(id, left));
    } catch (AgentGateException e) {
      refused(id, e);
    } catch (RuntimeException e) {
      LOG.errorf(e, "A bulk action failed for %s", id);
      fail(id, "The service failed; see its log");
    }
  }

  private void changed(WorkOrderId id, int left) {
    if (left > 0) {
      fail(id, left + " of its processes are still alive");
    }
    lock.lock();
    try {
      survivors += left;
      done += left == 0 ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  private void refused(WorkOrderId id, AgentGateException e) {
    switch (e.kind()) {
      case NOT_FOUND -> LOG.debugf("Work order %s is gone", id);
      case QUEUE_FULL, STOPPING -> stop(e);
      case STORE_UNAVAILABLE -> {
        fail(id, String.valueOf(e.getMessage()));
        if (store.health().failure().isPresent()) {
          stop(e);
        }
      }
      case INVALID, CONFLICT, NOT_RUNNING, IDEMPOTENCY_KEY_REUSED, SHORT_OF_RESOURCES ->
          fail(id, String.valueOf(e.getMessage()));
    }
  }

  /** Stops the sweep, because the next orders would meet the same fault. */
  private void stop(AgentGateException why) {
    stopped = why;
  }

  private void fail(WorkOrderId id, String why) {
    lock.lock();
    try {
      failed++;
      if (failures.size() < MOST_FAILURES) {
        failures.add(new Failure(id, why));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns what was done so far. */
  BulkResult soFar() {
    lock.lock();
    try {
      return new BulkResult(done, survivors, failed, failures, Optional.ofNullable(stopped));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns what was done.
   *
   * @throws AgentGateException if nothing could be done because the service takes no changes now
   */
  BulkResult result() {
    BulkResult result = soFar();
    if (result.stopped().isPresent() && result.done() == 0) {
      AgentGateException fault = result.stopped().get();
      throw new AgentGateException(fault.kind(), String.valueOf(fault.getMessage()), fault);
    }
    return result;
  }
}
