package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderId;
import java.util.List;

/**
 * A part of a list, without the orders themselves: those may be large.
 *
 * @param total how many orders match in all
 * @param hasMore whether older ones follow
 */
public record WorkOrderIdPage(List<WorkOrderId> ids, long total, boolean hasMore) {
  public WorkOrderIdPage {
    ids = List.copyOf(ids);
  }
}
