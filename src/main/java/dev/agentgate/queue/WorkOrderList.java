package dev.agentgate.queue;

import java.util.List;

/**
 * A part of a list, newest first.
 *
 * @param total how many orders match in all
 * @param hasMore whether older ones follow
 */
public record WorkOrderList(List<WorkOrderView> items, long total, boolean hasMore) {
  public WorkOrderList {
    items = List.copyOf(items);
  }
}
