package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrder;
import java.util.List;

/**
 * A part of a list.
 *
 * @param total how many orders match in all
 * @param hasMore whether older ones follow
 */
public record WorkOrderPage(List<WorkOrder> items, long total, boolean hasMore) {
  public WorkOrderPage {
    items = List.copyOf(items);
  }
}
