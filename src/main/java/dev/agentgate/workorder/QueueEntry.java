package dev.agentgate.workorder;

import dev.agentgate.workorder.WorkOrderState.Queued;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * What the queue needs to know about a waiting order, without its body. The natural order is that
 * of a queue without aging: the most recently expedited first, then the highest priority, then the
 * oldest.
 */
public record QueueEntry(
    WorkOrderId id,
    int priority,
    Instant queuedAt,
    Optional<Instant> notBefore,
    boolean requested,
    Optional<Instant> expeditedAt,
    Optional<Instant> expiresAt,
    Optional<String> repository,
    String agentType)
    implements Comparable<QueueEntry> {

  private static final Comparator<QueueEntry> EXPEDITED_FIRST =
      Comparator.comparing((QueueEntry entry) -> entry.expeditedAt.orElse(Instant.MIN)).reversed();
  private static final Comparator<QueueEntry> OLDEST_FIRST =
      Comparator.comparing(QueueEntry::queuedAt).thenComparing(QueueEntry::id);
  private static final Comparator<QueueEntry> ORDER =
      EXPEDITED_FIRST
          .thenComparing(Comparator.comparingInt(QueueEntry::priority).reversed())
          .thenComparing(OLDEST_FIRST);

  /**
   * Returns the order of a queue with aging: each span of waiting counts as one step of priority.
   *
   * <p>All entries age at the same rate, so the order of two entries never changes while they wait:
   * the entry with the earlier {@code queuedAt}, moved back by one span for each step of priority,
   * comes first. The order is therefore fixed, which a sorted set requires.
   *
   * @param span how long an entry must wait to gain one step; empty: waiting does not count
   */
  public static Comparator<QueueEntry> order(Optional<Duration> span) {
    if (span.isEmpty()) {
      return ORDER;
    }
    long millis = span.get().toMillis();
    return EXPEDITED_FIRST
        .thenComparingLong(entry -> entry.queuedAt.toEpochMilli() - entry.priority * millis)
        .thenComparing(OLDEST_FIRST);
  }

  /** Returns the entry of a waiting order; empty if the order is not waiting. */
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
            spec.workspaceSource().repository(),
            spec.agentType()));
  }

  @Override
  public int compareTo(QueueEntry other) {
    return ORDER.compare(this, other);
  }
}
