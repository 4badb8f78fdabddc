package dev.agentgate.store;

import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The limits of a single claim.
 *
 * @param slots the most orders to claim
 * @param perRepository the most orders of one repository that may run at once, on all instances
 *     together; 0: no limit
 * @param requestedOnly whether to claim only orders whose run a user asked for
 * @param only the one order to claim; empty: any, from the head of the queue on
 * @param lease how long other instances may not take over the claimed orders, unless it is renewed
 * @param admits the caller's own condition. It is evaluated in the queue's order, only for orders
 *     that nothing else holds back. It must be quick. What it reads from the store is a part of the
 *     claim.
 * @param refusedAgents the types of agents of whose orders {@code admits} admits none, so that a
 *     store need not ask for each of them. Like that condition, it is a part of the claim.
 */
public record Claim(
    int slots,
    int perRepository,
    boolean requestedOnly,
    Optional<WorkOrderId> only,
    Duration lease,
    Predicate<QueueEntry> admits,
    Supplier<Set<String>> refusedAgents) {

  /** The limits of a claim that refuses no agent. */
  public Claim(
      int slots,
      int perRepository,
      boolean requestedOnly,
      Optional<WorkOrderId> only,
      Duration lease,
      Predicate<QueueEntry> admits) {
    this(slots, perRepository, requestedOnly, only, lease, admits, Set::of);
  }

  /** Returns a claim that also has this condition. */
  public Claim admitting(Predicate<QueueEntry> condition) {
    return new Claim(
        slots, perRepository, requestedOnly, only, lease, admits.and(condition), refusedAgents);
  }
}
