package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrderId;
import java.util.List;

/**
 * A page of a list. It holds only ids, because the orders themselves may be large.
 *
 * @param total the number of matching orders on all pages
 * @param hasMore whether older orders follow
 */
public record WorkOrderIdPage(List<WorkOrderId> ids, long total, boolean hasMore) {
  public WorkOrderIdPage {
    ids = List.copyOf(ids);
  }
}
