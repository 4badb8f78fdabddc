package dev.agentgate.queue;

import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.WorkOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A work order and what is known around it at one moment.
 *
 * @param queuePosition 1 is next; there while it is queued
 * @param notBefore when it may be tried again; there while it waits out the backoff of a retry
 * @param lastActivityAt when its current run last wrote something, or started
 * @param exit how its current run's process ended
 */
public record WorkOrderView(
    WorkOrder order,
    OptionalInt queuePosition,
    Optional<Instant> notBefore,
    Optional<Instant> lastActivityAt,
    Optional<ExitStatus> exit) {}
