package dev.agentgate.queue;

import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.WorkOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A work order and related facts at one moment.
 *
 * @param queuePosition 1 is next; present while the order is queued
 * @param notBefore the earliest time of the next attempt; present during the backoff of a retry
 * @param blockedBy why it does not start; empty as well if nobody asked
 * @param lastActivityAt when the current run last wrote output, or started
 * @param exit how the process of the current run ended
 * @param results of the last run, but with the usage of all runs
 */
public record WorkOrderView(
    WorkOrder order,
    OptionalInt queuePosition,
    Optional<Instant> notBefore,
    Set<Block> blockedBy,
    Optional<Instant> lastActivityAt,
    Optional<ExitStatus> exit,
    RunResults results) {
  public WorkOrderView {
    blockedBy = Set.copyOf(blockedBy);
  }

  /** Returns this view with the reasons why the order does not start. */
  WorkOrderView blockedBy(Set<Block> blocks) {
    return new WorkOrderView(
        order, queuePosition, notBefore, blocks, lastActivityAt, exit, results);
  }
}
