package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/** The state of a work order. Each state carries what it needs and nothing else. */
public sealed interface WorkOrderState {

  WorkOrderStatus status();

  /** Returns the attempt that is under way in this state or led to it; empty if there was none. */
  Optional<Attempt> attempt();

  /**
   * One attempt, as the order remembers it.
   *
   * @param run the run that carried it out
   * @param startedAt when its slot was taken, before the checkout
   * @param timeoutAt {@code startedAt} plus the order's {@code maxTime}
   */
  record Attempt(RunId run, Instant startedAt, Instant timeoutAt) {}

  /**
   * The order waits for a slot.
   *
   * @param notBefore the end of a retry's backoff; empty: the order may start at once
   * @param requested whether a user asked for this run, so that it starts even without {@code
   *     auto-process}
   * @param expeditedAt when a user moved the order to the head of the queue; the latest comes first
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
   * The order holds a slot, from the checkout until every process is proven to have ended.
   *
   * @param lease names the owner, whose slot it is
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

  /** The agent exited with code 0. */
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
   * The last attempt failed, or no attempt could be made.
   *
   * @param error an explanation for people, without secrets or paths of the server
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

  /** A user cancelled the order. */
  record Cancelled(Optional<Attempt> attempt, Instant cancelledAt) implements WorkOrderState {
    @Override
    public WorkOrderStatus status() {
      return WorkOrderStatus.CANCELLED;
    }
  }
}
