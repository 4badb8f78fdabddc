package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workorder.LogKeys;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes of orders, logs what happens and tells the observers. An observer that fails is
 * logged and harms nobody.
 *
 * <p>A change is written and announced under its order's lock, so the changes of one order are
 * announced in the order in which they were made, though different threads make them; what was
 * acknowledged is announced before anybody can change the order again.
 */
public final class Transitions {
  private static final Logger LOG = Logger.getLogger(Transitions.class);

  /** So many that a writer seldom waits for the sync of an order that shares its lock. */
  private static final int LOCKS = 1024;

  /** Each one guards the changes of the orders whose ids hash to it. */
  private final List<ReentrantLock> changing =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  private final List<QueueObserver> observers = new CopyOnWriteArrayList<>();

  public void register(QueueObserver observer) {
    observers.add(observer);
  }

  /**
   * Adds a new order.
   *
   * @return as {@link WorkOrderStore#insert}
   */
  Optional<WorkOrder> insert(WorkOrderStore store, WorkOrder order) {
    ReentrantLock lock = lockOf(order.id());
    lock.lock();
    try {
      Optional<WorkOrder> earlier = store.insert(order);
      if (earlier.isEmpty()) {
        announce(new Transition(Optional.empty(), order));
      }
      return earlier;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Replaces an order by its next revision.
   *
   * @param from its status before
   * @return as {@link WorkOrderStore#update}
   */
  boolean update(WorkOrderStore store, WorkOrderStatus from, WorkOrder order) {
    ReentrantLock lock = lockOf(order.id());
    lock.lock();
    try {
      boolean updated = store.update(order);
      if (updated && from != order.status()) {
        announce(new Transition(Optional.of(from), order));
      }
      return updated;
    } finally {
      lock.unlock();
    }
  }

  private ReentrantLock lockOf(WorkOrderId id) {
    return changing.get(Math.floorMod(id.hashCode(), LOCKS));
  }

  void checkedOut(WorkOrder order) {
    tell(observer -> observer.checkedOut(order));
  }

  void stopped(String mode, StopReport report) {
    tell(observer -> observer.stopped(mode, report));
  }

  /** The order is gone for good, with its runs. */
  void purged(WorkOrder order) {
    inContextOf(order, () -> log(Optional.of(order.status()), order, "purged"));
  }

  void launched(Duration sinceQueued, Duration sinceClaimed) {
    tell(observer -> observer.launched(sinceQueued, sinceClaimed));
  }

  void runEnded(WorkOrder order, RunState.Ended end) {
    tell(observer -> observer.runEnded(order, end));
  }

  void adopted() {
    tell(QueueObserver::adopted);
  }

  void orphansCleaned(int count) {
    tell(observer -> observer.orphansCleaned(count));
  }

  void blocked(QueueHealth.Block reason) {
    tell(observer -> observer.blocked(reason));
  }

  private void announce(Transition transition) {
    WorkOrder order = transition.order();
    String why =
        order.state() instanceof Failed failed ? " (" + failed.reason().wireName() + ")" : "";
    inContextOf(
        order,
        () -> {
          log(transition.from(), order, order.status().wireName() + why);
          tell(observer -> observer.transitioned(transition));
        });
  }

  private static void log(Optional<WorkOrderStatus> from, WorkOrder order, String to) {
    LOG.infof(
        "Work order %s: %s -> %s, attempt %d",
        order.id(), from.map(WorkOrderStatus::wireName).orElse("new"), to, order.attempts());
  }

  /** The dispatcher and the requests act for many orders: each line names the one it is about. */
  private static void inContextOf(WorkOrder order, Runnable action) {
    Object outerOrder = MDC.get(LogKeys.WORK_ORDER_ID);
    Object outerRun = MDC.get(LogKeys.RUN_ID);
    MDC.put(LogKeys.WORK_ORDER_ID, order.id().value());
    order.currentRun().ifPresent(run -> MDC.put(LogKeys.RUN_ID, run.value()));
    try {
      action.run();
    } finally {
      restore(LogKeys.WORK_ORDER_ID, outerOrder);
      restore(LogKeys.RUN_ID, outerRun);
    }
  }

  private static void restore(String key, @Nullable Object outer) {
    if (outer == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, outer);
    }
  }

  private void tell(Consumer<QueueObserver> event) {
    for (QueueObserver observer : observers) {
      try {
        event.accept(observer);
      } catch (RuntimeException e) {
        LOG.error("An observer of the queue failed", e);
      }
    }
  }
}
