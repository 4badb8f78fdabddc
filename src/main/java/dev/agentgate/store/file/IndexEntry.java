package dev.agentgate.store.file;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of an order that stays in memory: everything but its body.
 *
 * @param labels key, value, key, value …
 * @param repository the repository that it works on
 * @param failureReason why it failed, if it did
 * @param waiting its place in the queue, while it waits
 * @param running its attempt, while it runs
 * @param terminalSince when it became terminal, once it is
 */
@SuppressWarnings("ArrayRecordComponent") // half the size of a list, and never handed out
record IndexEntry(
    WorkOrderId id,
    long revision,
    WorkOrderStatus status,
    String agentType,
    String[] labels,
    List<RunId> runs,
    long createdAtMillis,
    Optional<String> repository,
    @Nullable FailureReason failureReason,
    @Nullable String idempotencyKey,
    @Nullable QueueEntry waiting,
    @Nullable RunningEntry running,
    @Nullable Instant terminalSince) {

  static final String[] NO_LABELS = {};

  static IndexEntry of(WorkOrder order, SharedStrings shared) {
    QueueEntry waiting = null;
    RunningEntry running = null;
    Instant terminalSince = null;
    FailureReason failureReason = null;
    Optional<String> repository = shared.optional(order.spec().workspaceSource().repository());
    String agentType = shared.of(order.spec().agentType());
    switch (order.state()) {
      case Queued _ ->
          waiting = QueueEntry.of(order).map(e -> with(e, repository, agentType)).orElseThrow();
      case Running state -> {
        Attempt attempt = state.current();
        running =
            new RunningEntry(
                order.id(), attempt.run(), attempt.startedAt(), repository, state.lease().owner());
      }
      case Completed state -> terminalSince = state.completedAt();
      case Failed state -> {
        terminalSince = state.failedAt();
        failureReason = state.reason();
      }
      case Cancelled state -> terminalSince = state.cancelledAt();
    }
    return new IndexEntry(
        order.id(),
        order.revision(),
        order.status(),
        agentType,
        labels(order.spec().labels(), shared),
        order.runs(),
        order.createdAt().toEpochMilli(),
        repository,
        failureReason,
        order.idempotencyKey().map(key -> key.key()).orElse(null),
        waiting,
        running,
        terminalSince);
  }

  /**
   * Returns this entry, terminal since {@code now} at the latest. A later time, noted by an earlier
   * service whose clock was ahead, would keep the order too long.
   */
  IndexEntry terminalBy(Instant now) {
    return terminalSince == null || !terminalSince.isAfter(now)
        ? this
        : new IndexEntry(
            id,
            revision,
            status,
            agentType,
            labels,
            runs,
            createdAtMillis,
            repository,
            failureReason,
            idempotencyKey,
            waiting,
            running,
            now);
  }

  private static QueueEntry with(QueueEntry entry, Optional<String> repository, String agentType) {
    return new QueueEntry(
        entry.id(),
        entry.priority(),
        entry.queuedAt(),
        entry.notBefore(),
        entry.requested(),
        entry.expeditedAt(),
        entry.expiresAt(),
        repository,
        agentType);
  }

  private static String[] labels(Map<String, String> labels, SharedStrings shared) {
    if (labels.isEmpty()) {
      return NO_LABELS;
    }
    String[] flat = new String[2 * labels.size()];
    int at = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      flat[at++] = shared.of(label.getKey());
      flat[at++] = shared.of(label.getValue());
    }
    return shared.labels(flat);
  }

  /** Whether the order matches the filter; the same as {@link WorkOrderFilter#matches}. */
  boolean matches(WorkOrderFilter filter) {
    if (!filter.statuses().isEmpty() && !filter.statuses().contains(status)) {
      return false;
    }
    if (filter.agentType().isPresent() && !filter.agentType().get().equals(agentType)) {
      return false;
    }
    if (filter.repository().isPresent() && !filter.repository().equals(repository)) {
      return false;
    }
    if (!filter.failureReasons().isEmpty()
        && (failureReason == null || !filter.failureReasons().contains(failureReason))) {
      return false;
    }
    if (!filter.wasCreatedInTime(Instant.ofEpochMilli(createdAtMillis))) {
      return false;
    }
    for (Map.Entry<String, String> label : filter.labels().entrySet()) {
      if (!hasLabel(label.getKey(), label.getValue())) {
        return false;
      }
    }
    return true;
  }

  private boolean hasLabel(String key, String value) {
    for (int i = 0; i < labels.length; i += 2) {
      if (labels[i].equals(key)) {
        return labels[i + 1].equals(value);
      }
    }
    return false;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IndexEntry it
        && id.equals(it.id)
        && revision == it.revision
        && status == it.status
        && agentType.equals(it.agentType)
        && Arrays.equals(labels, it.labels)
        && runs.equals(it.runs)
        && createdAtMillis == it.createdAtMillis
        && repository.equals(it.repository)
        && failureReason == it.failureReason
        && Objects.equals(idempotencyKey, it.idempotencyKey)
        && Objects.equals(waiting, it.waiting)
        && Objects.equals(running, it.running)
        && Objects.equals(terminalSince, it.terminalSince);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
