package dev.agentgate.store;

import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Selects orders. An order matches if it meets every condition.
 *
 * @param statuses the statuses to include; empty: all
 * @param labels labels that an order must have, with these values
 * @param repository the {@link dev.agentgate.workorder.WorkspaceSource#repository} of the source
 * @param failureReasons the reasons to include; only failed orders have one; empty: no condition
 * @param createdAfter the earliest time of creation, itself included
 * @param createdBefore the end of the times of creation, itself not included
 */
public record WorkOrderFilter(
    Set<WorkOrderStatus> statuses,
    Optional<String> agentType,
    Map<String, String> labels,
    Optional<String> repository,
    Set<FailureReason> failureReasons,
    Optional<Instant> createdAfter,
    Optional<Instant> createdBefore) {
  /** Matches every order. */
  public static final WorkOrderFilter ALL = ofStatuses(Set.of());

  public WorkOrderFilter {
    statuses = Set.copyOf(statuses);
    labels = Map.copyOf(labels);
    failureReasons = Set.copyOf(failureReasons);
  }

  /** A filter by status, agent and labels only. */
  public WorkOrderFilter(
      Set<WorkOrderStatus> statuses, Optional<String> agentType, Map<String, String> labels) {
    this(
        statuses,
        agentType,
        labels,
        Optional.empty(),
        Set.of(),
        Optional.empty(),
        Optional.empty());
  }

  /** A filter by status only. */
  public static WorkOrderFilter ofStatuses(Set<WorkOrderStatus> statuses) {
    return new WorkOrderFilter(statuses, Optional.empty(), Map.of());
  }

  /** Returns the same conditions with other statuses. */
  public WorkOrderFilter withStatuses(Set<WorkOrderStatus> others) {
    return new WorkOrderFilter(
        others, agentType, labels, repository, failureReasons, createdAfter, createdBefore);
  }

  /** Returns the same conditions without the labels. */
  public WorkOrderFilter withoutLabels() {
    return new WorkOrderFilter(
        statuses, agentType, Map.of(), repository, failureReasons, createdAfter, createdBefore);
  }

  public boolean matches(WorkOrder order) {
    return (statuses.isEmpty() || statuses.contains(order.status()))
        && agentType.filter(type -> !type.equals(order.spec().agentType())).isEmpty()
        && order.spec().labels().entrySet().containsAll(labels.entrySet())
        && (repository.isEmpty() || repository.equals(order.spec().workspaceSource().repository()))
        && (failureReasons.isEmpty()
            || (order.state() instanceof Failed failed && failureReasons.contains(failed.reason())))
        && wasCreatedInTime(order.createdAt().truncatedTo(ChronoUnit.MILLIS));
  }

  /**
   * Whether a time of creation is within the limits.
   *
   * @param createdAt in whole milliseconds, because clients see times in milliseconds
   */
  public boolean wasCreatedInTime(Instant createdAt) {
    return createdAfter.filter(createdAt::isBefore).isEmpty()
        && createdBefore.filter(end -> !createdAt.isBefore(end)).isEmpty();
  }
}
