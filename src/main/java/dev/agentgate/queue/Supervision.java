package dev.agentgate.queue;

import dev.agentgate.execution.Executor;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.store.Store;
import dev.agentgate.workspace.Workspaces;
import java.time.Clock;
import java.time.Duration;

/**
 * The parts that every supervisor of a run needs.
 *
 * @param outside the parts outside the queue; all writes to the store go through {@code orders}
 * @param brakes what pauses agents that cannot work
 * @param workspaceCleanup removes workspaces that are not kept
 * @param lease the lease of this instance on all its runs
 * @param slotFreed called after a slot has become free
 */
record Supervision(
    QueueModule.Outside outside,
    RunSlots slots,
    Orders orders,
    AgentBrakes brakes,
    WorkspaceCleanup workspaceCleanup,
    OwnLease lease,
    Duration killGrace,
    Runnable slotFreed) {

  Store store() {
    return outside.store();
  }

  Executor executor() {
    return outside.executor();
  }

  RunOutputs outputs() {
    return outside.outputs();
  }

  Workspaces workspaces() {
    return outside.workspaces();
  }

  Clock clock() {
    return outside.clock();
  }
}
