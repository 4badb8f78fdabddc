package dev.agentgate.queue;

import dev.agentgate.process.StopReport;
import dev.agentgate.workorder.LogKeys;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/** Logs what happens and tells the observers. An observer that fails is logged and harms nobody. */
public final class Transitions {
  private static final Logger LOG = Logger.getLogger(Transitions.class);

  private final List<QueueObserver> observers = new CopyOnWriteArrayList<>();

  public void register(QueueObserver observer) {
    observers.add(observer);
  }

  void submitted(WorkOrder order) {
    announce(new Transition(Optional.empty(), order));
  }

  void changed(WorkOrderStatus from, WorkOrder order) {
    if (from != order.status()) {
      announce(new Transition(Optional.of(from), order));
    }
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
