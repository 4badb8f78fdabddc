package dev.agentgate.queue;

import dev.agentgate.process.StopReport;
import dev.agentgate.workorder.LogKeys;
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

  void launched(Duration sinceClaimed) {
    tell(observer -> observer.launched(sinceClaimed));
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
    Object outer = MDC.get(LogKeys.WORK_ORDER_ID);
    MDC.put(LogKeys.WORK_ORDER_ID, order.id().value());
    try {
      String why =
          order.state() instanceof Failed failed ? " (" + failed.reason().wireName() + ")" : "";
      LOG.infof(
          "Work order %s: %s -> %s%s, attempt %d",
          order.id(),
          transition.from().map(WorkOrderStatus::wireName).orElse("new"),
          order.status().wireName(),
          why,
          order.attempts());
      tell(observer -> observer.transitioned(transition));
    } finally {
      if (outer == null) {
        MDC.remove(LogKeys.WORK_ORDER_ID);
      }
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
