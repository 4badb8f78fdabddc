package dev.agentgate.queue;

import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The changes of status that the store has not answered, because the connection to it broke. Each
 * is looked for in the store for a while, because it may have been made and must then be announced.
 */
final class UnansweredChanges {
  private static final Logger LOG = Logger.getLogger(UnansweredChanges.class);

  /** A store has few connections that can break, but each may carry a batch of submits. */
  private static final int MOST = 5_000;

  /** One each second, also while the store is out of reach. */
  private static final int MOST_LOOKS = 3_600;

  /** What is not made after so many seconds will not be made: the store has ended it. */
  private static final int MOST_ANSWERS = 120;

  private final WorkOrders orders;
  private final Consumer<WorkOrder> look;
  private final Map<Revision, Transition> open = new ConcurrentHashMap<>();
  private final Queue<Span> claims = new ConcurrentLinkedQueue<>();

  /**
   * @param look called with an order as the store has it, once a change may have been made
   */
  UnansweredChanges(WorkOrders orders, Consumer<WorkOrder> look) {
    this.orders = orders;
    this.look = look;
  }

  private record Revision(WorkOrderId order, long number) {
    static Revision of(WorkOrder order) {
      return new Revision(order.id(), order.revision());
    }
  }

  /** When the store was asked for something, and when the connection broke. */
  private record Span(Instant began, Instant ended) {
    boolean contains(Instant time) {
      return !time.isBefore(began) && !time.isAfter(ended);
    }
  }

  /**
   * Notes a claim of this instance. Nobody knows which orders it was going to claim; they are found
   * as running orders without a supervisor, whose runs begin at that time.
   */
  void addClaim(Instant began, Instant ended) {
    if (claims.size() == MOST) {
      Span _ = claims.poll();
    }
    claims.add(new Span(began, ended));
  }

  /** Whether this instance, if it claimed the order's run, has had no answer to that claim. */
  boolean isClaim(WorkOrder order) {
    return order
        .state()
        .attempt()
        .map(Attempt::startedAt)
        .filter(at -> claims.stream().anyMatch(span -> span.contains(at)))
        .isPresent();
  }

  /** Looks for a change until it is found or another one has followed. */
  void follow(Transition change) {
    if (open.size() < MOST && open.put(Revision.of(change.order()), change) == null) {
      Thread.ofVirtual().name("unanswered").start(() -> lookFor(change.order()));
    }
  }

  private void lookFor(WorkOrder changed) {
    int answers = 0;
    for (int looks = 0; looks < MOST_LOOKS && answers < MOST_ANSWERS && has(changed); looks++) {
      try {
        Optional<WorkOrder> stored = orders.find(changed.id());
        answers++;
        stored.ifPresent(look);
        if (stored.filter(it -> it.revision() >= changed.revision()).isPresent()) {
          break;
        }
      } catch (StoreUnavailableException e) {
        LOG.debugf("A change of %s cannot be looked for now: %s", changed.id(), e.getMessage());
      }
      Patience.pause();
    }
    forget(changed);
  }

  /** Whether a change to this revision of an order has no answer. */
  boolean has(WorkOrder order) {
    return open.containsKey(Revision.of(order));
  }

  /**
   * Returns the change to this state of an order, once; empty if it was answered, or if the change
   * to this revision was another one.
   */
  Optional<Transition> take(WorkOrder stored) {
    return Optional.ofNullable(open.remove(Revision.of(stored)))
        .filter(change -> change.order().equals(stored));
  }

  /** Notes that a change was answered after all. */
  void forget(WorkOrder changed) {
    open.remove(Revision.of(changed));
  }
}
