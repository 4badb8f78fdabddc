package dev.agentgate.queue;

import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.WorkOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A work order and related facts at one moment.
 *
 * @param queuePosition 1 is next; present while the order is queued
 * @param notBefore the earliest time of the next attempt; present during the backoff of a retry
 * @param lastActivityAt when the current run last wrote output, or started
 * @param exit how the process of the current run ended
 * @param results of the last run, but with the usage of all runs
 */
public record WorkOrderView(
    WorkOrder order,
    OptionalInt queuePosition,
    Optional<Instant> notBefore,
    Optional<Instant> lastActivityAt,
    Optional<ExitStatus> exit,
    RunResults results) {}
