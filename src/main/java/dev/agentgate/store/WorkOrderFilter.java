package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderStatus;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which orders a list holds.
 *
 * @param statuses empty: all
 * @param labels an order must carry each of them with this value
 */
public record WorkOrderFilter(
    Set<WorkOrderStatus> statuses, Optional<String> agentType, Map<String, String> labels) {
  /** Every order. */
  public static final WorkOrderFilter ALL =
      new WorkOrderFilter(Set.of(), Optional.empty(), Map.of());

  public WorkOrderFilter {
    statuses = Set.copyOf(statuses);
    labels = Map.copyOf(labels);
  }
}
