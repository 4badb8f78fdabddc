package dev.agentgate.queue;

import dev.agentgate.execution.AgentLauncher;
import dev.agentgate.execution.ProcessManager;
import dev.agentgate.linux.OutOfMemoryKills;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workspace.Workspaces;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What every supervisor of a run works with.
 *
 * @param slotFreed called after a slot became free
 */
record Supervision(
    WorkOrderStore store,
    ProcessManager processes,
    RunDirectories directories,
    Workspaces workspaces,
    AgentLauncher launcher,
    OutOfMemoryKills outOfMemoryKills,
    LogCapper logCapper,
    RunSlots slots,
    Transitions transitions,
    Clock clock,
    Duration killGrace,
    Runnable slotFreed) {

  /** Adds a new order and announces it; returns as {@link WorkOrderStore#insert}. */
  Optional<WorkOrder> insert(WorkOrder order) {
    return transitions.insert(store, order);
  }

  /**
   * Replaces an order and announces it; returns as {@link WorkOrderStore#update}.
   *
   * @param from its status before
   */
  boolean update(WorkOrderStatus from, WorkOrder order) {
    return transitions.update(store, from, order);
  }
}
