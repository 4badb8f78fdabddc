package dev.agentgate.queue;

import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Knows which other instance of the service runs an order, and which has the files of a run. An
 * order or a run that is unknown is nowhere else. The methods throw the exceptions of the store.
 */
public final class Whereabouts {
  private final Store store;

  public Whereabouts(Store store) {
    this.store = store;
  }

  /** Whether there can be other instances. */
  public boolean shared() {
    return store.instances().shared();
  }

  /** Returns the other instance that owns an order, whether or not it is alive. */
  public Optional<InstanceId> owner(WorkOrderId order) {
    return store.workOrders().find(order).flatMap(this::owner);
  }

  /** Returns the other instance that owns an order, whether or not it is alive. */
  Optional<InstanceId> owner(WorkOrder order) {
    return order.state() instanceof Running running
        ? Optional.of(running.lease().owner()).filter(this::isAnother)
        : Optional.empty();
  }

  /** Returns the other instance that has the files of a run, whether or not it is alive. */
  public Optional<InstanceId> keeper(RunId run) {
    return store.runs().find(run).flatMap(this::keeper);
  }

  private Optional<InstanceId> keeper(Run run) {
    if (run.instance().isPresent()) {
      return run.instance().filter(this::isAnother);
    }
    // The record names its instance only after the run has begun.
    return store
        .workOrders()
        .find(run.workOrderId())
        .filter(order -> order.currentRun().equals(Optional.of(run.id())))
        .flatMap(this::owner);
  }

  /** Returns the other instance that has the workspace of an order's last run. */
  public Optional<InstanceId> keeperOfLastRun(WorkOrderId order) {
    return store.workOrders().find(order).flatMap(WorkOrder::currentRun).flatMap(this::keeper);
  }

  /** Returns the other living instances that have files of an order's runs. */
  Set<InstanceInfo> keepers(WorkOrder order) {
    Set<InstanceInfo> keepers = new HashSet<>();
    if (shared()) {
      order.runs().forEach(run -> keeper(run).flatMap(this::living).ifPresent(keepers::add));
    }
    return keepers;
  }

  /** Returns an instance if it is alive. */
  public Optional<InstanceInfo> living(InstanceId instance) {
    return store.instances().find(instance).filter(InstanceInfo::alive);
  }

  private boolean isAnother(InstanceId instance) {
    return !instance.equals(store.instance());
  }
}
