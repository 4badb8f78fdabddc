package dev.agentgate.api;

import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;

/**
 * Reads the ids in paths. A text that does not have the form of an id cannot exist and is not
 * found.
 */
final class PathIds {
  /** The form of a work order's id, for the OpenAPI document. */
  static final String WORK_ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";

  /** The form of a run's id, for the OpenAPI document. */
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
