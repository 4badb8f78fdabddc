package dev.agentgate.store;

import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What may be claimed at once.
 *
 * @param slots how many orders at the most
 * @param perRepository how many orders of one repository may run at once, whoever runs them; 0: any
 *     number
 * @param requestedOnly only orders whose run a user asked for
 * @param only this order and no other; empty: from the head of the queue on
 * @param lease how long others may not take over what is claimed, unless it is renewed
 * @param admits what only the caller can tell. It is asked in the queue's order, of orders that
 *     nothing else holds back. It must be quick and must not call the store.
 */
public record Claim(
    int slots,
    int perRepository,
    boolean requestedOnly,
    Optional<WorkOrderId> only,
    Duration lease,
    Predicate<QueueEntry> admits) {}
