package dev.agentgate.queue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.WorkOrderId;

/**
 * Asks other instances of the service for what only they can do. Blocks; every method throws an
 * {@link AgentGateException} with a sentence for the caller if the other instance does not do it.
 */
public interface Peers {
  /** Has the owner of an order cancel it; returns when the processes of its run are gone. */
  StopReport cancel(InstanceInfo owner, WorkOrderId order);

  /** Has an instance remove everything that it keeps of an order's runs. */
  void removeFiles(InstanceInfo keeper, WorkOrderId order);

  /** Returns the exception that is thrown if an instance does not answer. */
  static AgentGateException unreachable(InstanceInfo instance) {
    return new AgentGateException(
        Kind.SHORT_OF_RESOURCES, "The instance " + instance.id() + " does not answer. Try again.");
  }
}
