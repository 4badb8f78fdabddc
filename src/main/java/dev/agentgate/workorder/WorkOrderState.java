package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/** The state of a work order: each one carries what it needs and nothing else. */
public sealed interface WorkOrderState {

  WorkOrderStatus status();

  /** The attempt that this state is in or came from, if one was made. */
  Optional<Attempt> attempt();

  /**
   * One attempt as its order remembers it.
   *
   * @param run the run that carried it out
   * @param startedAt when its slot was taken, before the checkout
   * @param timeoutAt {@code startedAt} plus the order's {@code maxTime}
   */
  record Attempt(RunId run, Instant startedAt, Instant timeoutAt) {}

  /**
   * Waiting for a slot.
   *
   * @param notBefore a retry's backoff; empty: may start at once
   * @param requested a user asked for this run, so that it starts without {@code auto-process} too
   * @param expeditedAt a user put it at the head of the queue then; the latest comes first
   */
  record Queued(Optional<Instant> notBefore, boolean requested, Optional<Instant> expeditedAt)
      implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.QUEUED;
    }

    @Override
    public Optional<Attempt> attempt() {
      return Optional.empty();
    }
  }

  /**
   * Holds a slot: from the checkout to the proven end of every process.
   *
   * @param lease whose slot it is
   */
  record Running(Attempt current, Lease lease) implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.RUNNING;
    }

    @Override
    public Optional<Attempt> attempt() {
      return Optional.of(current);
    }
  }

  /** The agent ended with exit code 0. */
  record Completed(Attempt last, Instant completedAt) implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.COMPLETED;
    }

    @Override
    public Optional<Attempt> attempt() {
      return Optional.of(last);
    }
  }

  /**
   * The last attempt failed, or none could be made.
   *
   * @param error a sentence for people: no secret, no path of the server
   */
  record Failed(
      Optional<Attempt> attempt,
      Instant failedAt,
      FailureReason reason,
      String error,
      Optional<ExitStatus> exit)
      implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.FAILED;
    }
  }

  /** A user cancelled it. */
  record Cancelled(Optional<Attempt> attempt, Instant cancelledAt) implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.CANCELLED;
    }
  }
}
