package dev.agentgate.queue;

import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.WorkOrderId;
import java.util.List;
import java.util.Optional;

/**
 * What a bulk action did.
 *
 * @param done the number of orders that it changed
 * @param survivors the number of processes that could not be ended
 * @param failed the number of orders that it could not change
 * @param failures the first of these
 * @param stopped why it stopped before all orders were reached; empty: it did not
 */
public record BulkResult(
    long done,
    int survivors,
    long failed,
    List<Failure> failures,
    Optional<AgentGateException> stopped) {
  public BulkResult {
    failures = List.copyOf(failures);
  }

  public boolean success() {
    return failed == 0 && stopped.isEmpty();
  }

  /**
   * An order that could not be changed.
   *
   * @param why a sentence
   */
  public record Failure(WorkOrderId order, String why) {}
}
