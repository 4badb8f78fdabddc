package dev.agentgate.queue;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.WorkOrderId;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The ids of the orders that match a filter, the newest first. Only a page of them is in memory.
 * Orders may change and go while it is in use. For use by one thread.
 */
final class MatchingOrders implements Iterator<WorkOrderId> {
  private static final int PAGE = 1_000;

  private final WorkOrders orders;
  private final WorkOrderFilter filter;

  private Iterator<WorkOrderId> page = Collections.emptyIterator();
  private Optional<WorkOrderId> last = Optional.empty();
  private boolean more = true;

  MatchingOrders(WorkOrders orders, WorkOrderFilter filter) {
    this.orders = orders;
    this.filter = filter;
  }

  @Override
  public boolean hasNext() {
    if (!page.hasNext() && more) {
      List<WorkOrderId> ids = orders.matching(filter, last, PAGE);
      page = ids.iterator();
      more = ids.size() == PAGE;
    }
    return page.hasNext();
  }

  @Override
  public WorkOrderId next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    WorkOrderId id = page.next();
    last = Optional.of(id);
    return id;
  }
}
