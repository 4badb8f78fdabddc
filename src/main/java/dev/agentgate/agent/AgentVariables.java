package dev.agentgate.agent;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.util.Map;

/** Variables that an agent finds in its environment beside the usual ones. */
@FunctionalInterface
public interface AgentVariables {
  /** No more than the usual ones. */
  AgentVariables NONE = (_, _) -> Map.of();

  /** For this run. Called once, as it is about to be launched; returns at once, throws nothing. */
  Map<String, String> of(WorkOrderId workOrder, RunId run);
}
