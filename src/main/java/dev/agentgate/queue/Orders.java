package dev.agentgate.queue;

import dev.agentgate.store.Claim;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.RunArchive;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The only way to change orders and runs: writes a change, measures it, logs it and notifies the
 * observers. If an observer fails, the failure is logged and has no further effect.
 *
 * <p>A change is written and announced under its order's lock. So the changes of one order are
 * announced in the order in which they were made, even if they are made by several threads, and an
 * acknowledged change is announced before anyone can change the order again.
 *
 * <p>The methods throw the exceptions of the {@link Store}.
 */
public final class Orders {
  private static final Logger LOG = Logger.getLogger(Orders.class);

  private final OrderLocks locks = new OrderLocks();
  private final List<QueueObserver> observers = new CopyOnWriteArrayList<>();
  private final Store store;
  private final UnansweredChanges unanswered;

  Orders(Store store) {
    this.store = store;
    this.unanswered = new UnansweredChanges(store.workOrders(), this::found);
  }

  public void register(QueueObserver observer) {
    observers.add(observer);
  }

  /** Adds a new order; returns the same as {@link dev.agentgate.store.WorkOrders#insert}. */
  Optional<WorkOrder> insert(WorkOrder order) {
    return locks.holding(
        order,
        () -> {
          Transition added = new Transition(Optional.empty(), order);
          Optional<WorkOrder> earlier =
              answered(List.of(added), () -> store.workOrders().insert(order));
          if (earlier.isEmpty()) {
            announce(added);
          }
          return earlier;
        });
  }

  /**
   * Adds new orders in one step; returns the same as {@link
   * dev.agentgate.store.WorkOrders#insertAll}. Several batches do not wait for each other.
   */
  List<Optional<WorkOrder>> insertAll(List<WorkOrder> orders) {
    List<Transition> added =
        orders.stream().map(order -> new Transition(Optional.empty(), order)).toList();
    return locks.adding(
        orders,
        () -> {
          List<Optional<WorkOrder>> earlier =
              answered(added, () -> store.workOrders().insertAll(orders));
          for (int i = 0; i < orders.size(); i++) {
            if (earlier.get(i).isEmpty()) {
              announce(added.get(i));
            }
          }
          return earlier;
        });
  }

  /**
   * Replaces an order by its next revision.
   *
   * @return false if another change of the order came first; nothing has changed then
   */
  boolean change(WorkOrder before, WorkOrder after) {
    return locks.holding(
        after,
        () -> {
          found(before);
          Transition transition = new Transition(Optional.of(before.status()), after);
          boolean changed =
              won(answered(List.of(transition), () -> store.workOrders().update(after)));
          if (changed) {
            unanswered.forget(after);
            if (before.status() != after.status()) {
              announce(transition);
            }
          }
          return changed;
        });
  }

  /**
   * Announces the change that led to this state of an order, if the store did not answer it.
   *
   * @param stored the order as the store has it
   */
  void found(WorkOrder stored) {
    if (unanswered.has(stored)) {
      locks.holding(
          stored,
          () -> {
            unanswered.take(stored).ifPresent(this::announce);
            return stored;
          });
    }
  }

  /**
   * Claims waiting orders and announces them. They are announced after the claim, but nobody
   * changes them in between, because their supervisors start later.
   *
   * @param clock the clock of the store
   * @return the same as {@link WorkQueue#claim}
   */
  List<WorkOrder> claim(Claim claim, Clock clock) {
    long began = System.nanoTime();
    List<WorkOrder> claimed = answeredClaim(claim, clock);
    if (!claimed.isEmpty()) {
      tellWritten(began);
    }
    claimed.forEach(this::announceClaimed);
    return claimed;
  }

  private List<WorkOrder> answeredClaim(Claim claim, Clock clock) {
    Instant began = clock.instant();
    try {
      return refusable(() -> store.queue().claim(claim));
    } catch (StoreUnansweredException e) {
      unanswered.addClaim(began, clock.instant());
      throw e;
    }
  }

  /**
   * Announces the claim of an order of this instance that runs without a supervisor, if the store
   * did not answer that claim.
   */
  void foundClaimed(WorkOrder order) {
    if (unanswered.isClaim(order) && order.currentRun().filter(this::isOfAnother).isEmpty()) {
      announceClaimed(order);
    }
  }

  private void announceClaimed(WorkOrder order) {
    locks.holding(
        order,
        () -> {
          announce(new Transition(Optional.of(WorkOrderStatus.QUEUED), order));
          return order;
        });
  }

  /** Whether another instance began a run, so that this one has taken it over. */
  boolean isOfAnother(RunId run) {
    return store
        .runs()
        .find(run)
        .flatMap(Run::instance)
        .filter(by -> !by.equals(store.instance()))
        .isPresent();
  }

  /**
   * Renews the leases of orders. Its duration is not measured, because it does not change an order.
   *
   * @return the same as {@link WorkQueue#renew}
   */
  Set<WorkOrderId> renew(Set<WorkOrderId> ids, Duration lease) {
    return refusable(() -> store.queue().renew(ids, lease));
  }

  /**
   * Takes over running orders whose owners' leases have ended.
   *
   * @return the same as {@link WorkQueue#takeExpired}
   */
  List<WorkOrder> takeExpired(Duration lease, int limit) {
    return refusable(() -> store.queue().takeExpired(lease, limit));
  }

  /**
   * Takes a claim back before its run has begun.
   *
   * @return false if another change of the order came first
   */
  boolean release(WorkOrder claimed, Instant now) {
    return locks.holding(
        claimed,
        () -> {
          Transition transition =
              new Transition(Optional.of(claimed.status()), claimed.release(now));
          Optional<WorkOrder> released =
              answered(List.of(transition), () -> store.queue().release(claimed, now));
          released.ifPresent(_ -> announce(transition));
          return won(released.isPresent());
        });
  }

  /**
   * Removes an order permanently, with the records of its runs. The caller must first remove
   * everything else that the runs left behind.
   *
   * @return false if another change of the order came first
   */
  boolean remove(WorkOrder order) {
    return locks.holding(
        order,
        () -> {
          if (!store.instances().shared()) {
            order.runs().forEach(store.runs()::remove);
          }
          boolean removed = won(timed(() -> store.workOrders().remove(order)));
          if (removed) {
            inContextOf(order, () -> log(Optional.of(order.status()), order, "purged"));
          }
          return removed;
        });
  }

  void setPaused(boolean paused) {
    timed(() -> {
      store.queue().setPaused(paused);
      return paused;
    });
  }

  /** Returns the pauses of agents, including those whose end has passed. */
  Map<String, AgentPause> agentPauses() {
    return store.agentPauses().all();
  }

  /**
   * Replaces the pause of an agent.
   *
   * @param pause empty: the agent is not paused
   */
  void setAgentPause(String agentType, Optional<AgentPause> pause) {
    timed(() -> {
      store.agentPauses().set(agentType, pause);
      return pause;
    });
  }

  /**
   * Replaces the pause of an agent, unless it was changed meanwhile.
   *
   * @return the same as {@link dev.agentgate.store.AgentPauses#replace}
   */
  boolean replaceAgentPause(
      String agentType, Optional<AgentPause> before, Optional<AgentPause> pause) {
    return timed(() -> store.agentPauses().replace(agentType, before, pause));
  }

  /**
   * Writes a run. Its duration is not measured: the write is not synced, so it would blur the
   * durations of those that are.
   */
  void save(Run run) {
    refusable(() -> {
      store.runs().save(run);
      return run;
    });
  }

  /** Takes over pending publications: see {@link dev.agentgate.store.Runs#takeUnpublished}. */
  void takeUnpublished(Duration silence) {
    refusable(() -> {
      store.runs().takeUnpublished(silence);
      return silence;
    });
  }

  /** Keeps the files of a run that is over in the store. */
  void archive(RunId run, RunArchive.Files files) throws IOException {
    try {
      store.archive().put(run, files);
    } catch (StoreUnavailableException e) {
      tell(QueueObserver::writeRefused);
      throw e;
    }
  }

  /** Tells the other instances how this one is. */
  void announce(InstanceStatus self) {
    refusable(() -> {
      store.instances().announce(self);
      return self;
    });
  }

  /** Notes what a run used; does nothing if that was noted before. */
  void note(RunUsage usage) {
    timed(() -> {
      store.usage().note(usage);
      return usage;
    });
  }

  /**
   * Changes the record of a run that is over.
   *
   * @return the same as {@link dev.agentgate.store.Runs#change}; empty if the order is gone, too
   */
  Optional<Run> changeRun(WorkOrder order, RunId id, UnaryOperator<Run> change) {
    return locks.holding(
        order,
        () -> {
          if (store.workOrders().find(order.id()).isEmpty()) {
            return Optional.empty();
          }
          return refusable(() -> store.runs().change(id, change));
        });
  }

  /** Notifies the observers of something other than a change of an order. */
  void tell(Consumer<QueueObserver> event) {
    for (QueueObserver observer : observers) {
      try {
        event.accept(observer);
      } catch (RuntimeException e) {
        LOG.error("An observer of the queue failed", e);
      }
    }
  }

  /** Writes what the transitions say, and remembers them if the store does not answer. */
  private <T> T answered(List<Transition> transitions, Supplier<T> write) {
    try {
      return timed(write);
    } catch (StoreUnansweredException e) {
      transitions.stream()
          .filter(it -> it.from().filter(it.order().status()::equals).isEmpty())
          .forEach(unanswered::follow);
      throw e;
    }
  }

  private <T> T timed(Supplier<T> write) {
    long began = System.nanoTime();
    try {
      return refusable(write);
    } finally {
      tellWritten(began);
    }
  }

  private void tellWritten(long beganNanos) {
    Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
    tell(observer -> observer.written(took));
  }

  private <T> T refusable(Supplier<T> write) {
    try {
      return write.get();
    } catch (StoreUnavailableException e) {
      tell(QueueObserver::writeRefused);
      throw e;
    }
  }

  private boolean won(boolean won) {
    if (!won) {
      tell(QueueObserver::raceLost);
    }
    return won;
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

  /** Each log line names its order, because the dispatcher and the requests act for many orders. */
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
}
