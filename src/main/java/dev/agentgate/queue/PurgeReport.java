package dev.agentgate.queue;

import java.util.List;

/**
 * The result of a purge of many orders.
 *
 * @param purged the number of orders that were purged, or would be
 * @param notPurged the number of orders that match but could not be purged
 * @param failures why, for the first of them
 */
public record PurgeReport(long purged, long notPurged, List<BulkResult.Failure> failures) {
  public PurgeReport {
    failures = List.copyOf(failures);
  }
}
