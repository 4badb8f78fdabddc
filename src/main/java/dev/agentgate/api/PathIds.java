package dev.agentgate.api;

import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;

/** Reads the ids in paths. What does not have the form of an id cannot exist, and is not found. */
final class PathIds {
  /** What an id of a work order looks like, for the OpenAPI document. */
  static final String WORK_ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";

  /** What an id of a run looks like, for the OpenAPI document. */
  static final String RUN = "run_01K9Z4J1B3V7S5T8Q2N6M4B1CD";

  private PathIds() {}

  static WorkOrderId workOrder(String id) {
    return WorkOrderId.parse(id)
        .orElseThrow(
            () -> new AgentGateException(Kind.NOT_FOUND, "There is no work order with this id"));
  }

  static RunId run(String id) {
    return RunId.parse(id)
        .orElseThrow(() -> new AgentGateException(Kind.NOT_FOUND, "There is no run with this id"));
  }
}
