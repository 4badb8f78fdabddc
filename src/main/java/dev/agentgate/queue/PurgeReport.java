package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrderId;
import java.util.List;

/**
 * The result of a purge of many orders.
 *
 * @param purged the number of orders that were purged, or would be
 * @param notPurged the number of orders that match but could not be purged
 * @param failures why, for the first of them
 */
public record PurgeReport(long purged, long notPurged, List<Failure> failures) {

  /**
   * An order that could not be purged.
   *
   * @param error a sentence for the caller
   */
  public record Failure(WorkOrderId id, String error) {}
}
