package dev.agentgate.agent;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.util.Map;

/** Supplies variables that an agent finds in its environment in addition to the usual ones. */
@FunctionalInterface
public interface AgentVariables {
  /** Adds no variables. */
  AgentVariables NONE = (_, _) -> Map.of();

  /**
   * Returns the variables for this run. Called once, just before the launch. It must not block or
   * throw.
   */
  Map<String, String> of(WorkOrderId workOrder, RunId run);
}
