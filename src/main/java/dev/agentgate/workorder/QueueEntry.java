package dev.agentgate.workorder;

import dev.agentgate.workorder.WorkOrderState.Queued;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * What the queue needs to know of a waiting order, without its body. The natural order is the order
 * of the queue: the latest expedited first, then the highest priority, then the oldest.
 */
public record QueueEntry(
    WorkOrderId id,
    int priority,
    Instant queuedAt,
    Optional<Instant> notBefore,
    boolean requested,
    Optional<Instant> expeditedAt,
    Optional<Instant> expiresAt,
    Optional<String> repository)
    implements Comparable<QueueEntry> {

  private static final Comparator<QueueEntry> ORDER =
      Comparator.comparing((QueueEntry entry) -> entry.expeditedAt.orElse(Instant.MIN))
          .reversed()
          .thenComparing(Comparator.comparingInt(QueueEntry::priority).reversed())
          .thenComparing(QueueEntry::queuedAt)
          .thenComparing(QueueEntry::id);

  /** The entry of a waiting order; empty for any other. */
  public static Optional<QueueEntry> of(WorkOrder order) {
    if (!(order.state() instanceof Queued queued)) {
      return Optional.empty();
    }
    WorkOrderSpec spec = order.spec();
    return Optional.of(
        new QueueEntry(
            order.id(),
            spec.priority(),
            order.queuedAt(),
            queued.notBefore(),
            queued.requested(),
            queued.expeditedAt(),
            spec.limits().queueTtl().map(order.queuedAt()::plus),
            spec.workspaceSource().repository()));
  }

  @Override
  public int compareTo(QueueEntry other) {
    return ORDER.compare(this, other);
  }
}
