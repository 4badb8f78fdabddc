package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.RunSupervisor.EndAnswer;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Ends orders at a client's request: cancels, kills and purges them. */
final class OrderEnding {
  private static final Logger LOG = Logger.getLogger(OrderEnding.class);

  private final Supervision supervision;
  private final WorkOrders stored;
  private final Orders orders;
  private final QueueManager queue;
  private final RunPublications publications;
  private final Whereabouts whereabouts;
  private final Peers peers;

  OrderEnding(
      Supervision supervision,
      QueueManager queue,
      RunPublications publications,
      Whereabouts whereabouts,
      Peers peers) {
    this.supervision = supervision;
    this.stored = supervision.store().workOrders();
    this.orders = supervision.orders();
    this.queue = queue;
    this.publications = publications;
    this.whereabouts = whereabouts;
    this.peers = peers;
  }

  /**
   * Cancels a queued or running order while it matches; returns when its processes are gone.
   *
   * @return empty if the order does not match, or no longer
   */
  Optional<StopReport> cancelIf(WorkOrderId id, WorkOrderFilter filter) {
    long began = System.nanoTime();
    while (true) {
      WorkOrder order = find(id);
      if (!filter.matches(order)) {
        return Optional.empty();
      }
      switch (order.status()) {
        case QUEUED -> {
          WorkOrder cancelled = order.cancel(supervision.clock().instant());
          if (orders.change(order, cancelled)) {
            queue.wake();
            return Optional.of(
                new StopReport(false, List.of(), Duration.ofNanos(System.nanoTime() - began)));
          }
        }
        case RUNNING -> {
          Optional<InstanceInfo> owner = otherOwner(order);
          if (owner.isPresent()) {
            return Optional.of(peers.cancel(owner.get(), id));
          }
          Optional<EndAnswer> ended = end(order, EndCause.CANCEL, supervision.killGrace());
          if (ended.isPresent()) {
            WorkOrder after = ended.get().order();
            if (ended.get().report().survivors() > 0
                || after.status() == WorkOrderStatus.CANCELLED) {
              return ended.map(EndAnswer::report);
            }
          }
        }
        case COMPLETED, FAILED, CANCELLED -> throw alreadyTerminal(order);
      }
    }
  }

  /**
   * Kills a running order, which then fails; returns when its processes are gone.
   *
   * @param force whether to skip the grace
   */
  StopReport kill(WorkOrderId id, boolean force) {
    while (true) {
      WorkOrder order = find(id);
      if (order.status() != WorkOrderStatus.RUNNING) {
        throw new AgentGateException(
            Kind.NOT_RUNNING,
            "Work order " + id + " is not running (status: " + order.status().wireName() + ")");
      }
      otherOwner(order)
          .ifPresent(owner -> {
            throw Peers.unreachable(owner);
          });
      Duration grace = force ? Duration.ZERO : supervision.killGrace();
      Optional<EndAnswer> ended = end(order, EndCause.KILL, grace);
      if (ended.isPresent()) {
        return ended.get().report();
      }
    }
  }

  /**
   * Returns the other instance that runs an order; empty if this one does.
   *
   * @throws AgentGateException if it is not alive, so that nobody can end the run now
   */
  private Optional<InstanceInfo> otherOwner(WorkOrder order) {
    return whereabouts
        .owner(order)
        .map(owner ->
            whereabouts
                .living(owner)
                .orElseThrow(() ->
                    new AgentGateException(
                        Kind.SHORT_OF_RESOURCES,
                        "Work order "
                            + order.id()
                            + " is being taken over from the instance "
                            + owner
                            + ". Try again.")));
  }

  /**
   * Ends the run; returns empty if it ended in another way. The store then has the order's new
   * state.
   */
  private Optional<EndAnswer> end(WorkOrder order, EndCause why, Duration grace) {
    Optional<RunSupervisor> supervisor = supervision.slots().of(order.id());
    if (supervisor.isEmpty()) {
      // Its outcome was recorded a moment ago, or it has no supervisor and needs one before it can
      // end.
      queue.adopt(order.id());
      return Optional.empty();
    }
    Optional<EndAnswer> ended = supervisor.get().end(why, grace);
    if (ended.isEmpty()) {
      WorkOrder _ = supervisor.get().awaitRecorded();
    }
    return ended;
  }

  /**
   * Cancels the order if necessary, then removes it with its runs, logs and workspaces. If one of
   * their files cannot be removed, the order stays, so that it can be purged again.
   */
  void purge(WorkOrderId id) {
    while (true) {
      WorkOrder order = find(id);
      if (order.status() == WorkOrderStatus.RUNNING) {
        cancelToPurge(order);
      } else {
        // Runs first: without the order, nobody would know to whom the remaining files belong.
        whereabouts.keepers(order).forEach(keeper -> peers.removeFiles(keeper, order.id()));
        removeRuns(order);
        if (orders.remove(order)) {
          publications.forget(order.runs());
          queue.wake();
          return;
        }
      }
    }
  }

  private void cancelToPurge(WorkOrder order) {
    Optional<InstanceInfo> owner = otherOwner(order);
    int survivors =
        owner.isPresent()
            ? peers.cancel(owner.get(), order.id()).survivors()
            : end(order, EndCause.CANCEL, supervision.killGrace())
                .map(ended -> ended.report().survivors())
                .orElse(0);
    if (survivors > 0) {
      throw new AgentGateException(
          Kind.CONFLICT,
          "Work order "
              + order.id()
              + " was not purged: "
              + survivors
              + " of its processes are still alive");
    }
  }

  /** See {@link FileRemoval}. */
  void removeFiles(WorkOrderId id) {
    Optional<WorkOrder> order = stored.find(id);
    if (order.filter(it -> it.status() == WorkOrderStatus.RUNNING).isPresent()) {
      throw new AgentGateException(Kind.CONFLICT, "Work order " + id + " is running");
    }
    order.ifPresent(this::removeRuns);
  }

  /**
   * Removes everything that the runs of an order left behind here.
   *
   * @throws AgentGateException if a part of it could not be removed
   */
  private void removeRuns(WorkOrder order) {
    List<RunId> left = new ArrayList<>();
    for (RunId run : order.runs()) {
      // The log goes last: it may explain why the workspace cannot be removed.
      if (!supervision.executor().discard(run) || !supervision.outputs().remove(run)) {
        left.add(run);
      }
    }
    boolean homeLeft = !supervision.executor().discardHome(order.id());
    if (homeLeft || !left.isEmpty()) {
      LOG.warnf(
          "Work order %s is not purged: %s cannot be removed",
          order.id(), homeLeft ? "its home" : "workspaces or logs of " + left);
      throw new AgentGateException(
          Kind.STORE_UNAVAILABLE,
          "Work order "
              + order.id()
              + " was not purged: a part of its workspaces or logs could not be removed");
    }
  }

  private static AgentGateException alreadyTerminal(WorkOrder order) {
    return new AgentGateException(
        Kind.CONFLICT,
        "Work order " + order.id() + " is already in terminal state: " + order.status().wireName());
  }

  private WorkOrder find(WorkOrderId id) {
    return WorkOrderService.find(stored, id);
  }
}
