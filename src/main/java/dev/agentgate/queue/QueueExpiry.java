package dev.agentgate.queue;

import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.PriorityBlockingQueue;

/**
 * Fails the orders whose time in the queue has run out, on one thread at a time. Any thread may
 * note when an order expires, and waits for nothing.
 */
final class QueueExpiry {
  private final WorkOrders stored;
  private final Orders orders;

  /** May name orders that have left the queue since, or have returned with another time. */
  private final Queue<Expiry> expiries =
      new PriorityBlockingQueue<>(11, Comparator.comparing(Expiry::at));

  QueueExpiry(WorkOrders stored, Orders orders) {
    this.stored = stored;
    this.orders = orders;
  }

  private record Expiry(Instant at, WorkOrderId id) {}

  /** Notes when a waiting order expires. */
  void note(QueueEntry entry) {
    entry.expiresAt().ifPresent(at -> expiries.add(new Expiry(at, entry.id())));
  }

  /**
   * Fails the orders that have expired.
   *
   * @return how long until the next order may expire; empty if none will
   */
  Optional<Duration> expire(Instant now) {
    for (Expiry next = expiries.peek(); next != null; next = expiries.peek()) {
      if (next.at().isAfter(now)) {
        return Optional.of(Duration.between(now, next.at()));
      }
      expire(next.id(), now);
      boolean _ = expiries.remove(next);
    }
    return Optional.empty();
  }

  private void expire(WorkOrderId id, Instant now) {
    Optional<WorkOrder> waiting =
        stored
            .find(id)
            .filter(order ->
                QueueEntry.of(order)
                    .flatMap(QueueEntry::expiresAt)
                    .filter(at -> !at.isAfter(now))
                    .isPresent());
    if (waiting.isEmpty()) {
      return;
    }
    long limit = waiting.get().spec().limits().queueTtl().orElse(Duration.ZERO).toMillis();
    WorkOrder failed =
        waiting
            .get()
            .fail(
                FailureReason.QUEUE_EXPIRED,
                "Waited in the queue for more than " + limit + " ms",
                Optional.empty(),
                now);
    boolean _ = orders.change(waiting.get(), failed);
  }
}
