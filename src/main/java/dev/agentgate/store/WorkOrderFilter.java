package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderStatus;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Selects the orders of a list.
 *
 * @param statuses the statuses to include; empty: all
 * @param labels labels that an order must have, with these values
 */
public record WorkOrderFilter(
    Set<WorkOrderStatus> statuses, Optional<String> agentType, Map<String, String> labels) {
  /** Matches every order. */
  public static final WorkOrderFilter ALL =
      new WorkOrderFilter(Set.of(), Optional.empty(), Map.of());

  public WorkOrderFilter {
    statuses = Set.copyOf(statuses);
    labels = Map.copyOf(labels);
  }
}
