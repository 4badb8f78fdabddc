package dev.agentgate.store;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.util.List;
import java.util.Optional;

/**
 * A part of a list with its orders, as a client gets them.
 *
 * @param total how many orders match in all
 * @param hasMore whether older ones follow
 */
public record WorkOrderPage(List<WorkOrder> items, long total, boolean hasMore) {
  public WorkOrderPage {
    items = List.copyOf(items);
  }

  public static WorkOrderPage of(
      Store store, WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    WorkOrderIdPage page = store.workOrders().page(filter, before, limit);
    return new WorkOrderPage(
        page.ids().stream().map(store.workOrders()::findListed).flatMap(Optional::stream).toList(),
        page.total(),
        page.hasMore());
  }
}
