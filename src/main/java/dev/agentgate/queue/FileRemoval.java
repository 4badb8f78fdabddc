package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrderId;

/** Removes what this instance keeps of an order's runs, while another one purges the order. */
@FunctionalInterface
public interface FileRemoval {

  /**
   * Removes the logs, changes and workspaces of the runs that are over. Idempotent; does nothing if
   * the order is gone.
   *
   * @throws dev.agentgate.workorder.AgentGateException if a part of them could not be removed
   */
  void removeFiles(WorkOrderId order);
}
