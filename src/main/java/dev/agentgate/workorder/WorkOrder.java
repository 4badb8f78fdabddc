package dev.agentgate.workorder;

import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A work order at one revision. It is immutable: a transition returns the next revision and touches
 * nothing else. The store's compare-and-set on {@link #revision()} decides which transition wins a
 * race.
 *
 * @param revision 1 when submitted, incremented by each change
 * @param attempts the number of attempts that count; one that the service took back (in a drain)
 *     does not
 * @param runs every run of this order that is still kept, oldest first
 * @param queuedAt when the order last entered the queue
 * @param continuation what the next or the current attempt continues; empty: it starts afresh
 */
public record WorkOrder(
    WorkOrderId id,
    long revision,
    WorkOrderSpec spec,
    Optional<IdempotencyKey> idempotencyKey,
    WorkOrderState state,
    int attempts,
    List<RunId> runs,
    Instant createdAt,
    Instant updatedAt,
    Instant queuedAt,
    Optional<Continuation> continuation) {

  public WorkOrder {
    runs = List.copyOf(runs);
  }

  /** Creates an order that waits in the queue. */
  public static WorkOrder submitted(
      WorkOrderId id, WorkOrderSpec spec, Optional<IdempotencyKey> idempotencyKey, Instant now) {
    return new WorkOrder(
        id,
        1,
        spec,
        idempotencyKey,
        waiting(Optional.empty(), false),
        0,
        List.of(),
        now,
        now,
        now,
        Optional.empty());
  }

  public WorkOrderStatus status() {
    return state.status();
  }

  /**
   * Returns the current run, or the last run if the order is terminal; empty while the order waits.
   */
  public Optional<RunId> currentRun() {
    return state instanceof Queued || runs.isEmpty()
        ? Optional.empty()
        : Optional.of(runs.getLast());
  }

  /**
   * Takes a slot for a new attempt.
   *
   * @throws IllegalStateException unless queued
   */
  public WorkOrder start(RunId run, Instant now, Lease lease) {
    expectQueued();
    List<RunId> all = new ArrayList<>(runs);
    all.add(run);
    Attempt attempt = new Attempt(run, now, now.plus(spec.limits().maxTime()));
    return next(new Running(attempt, lease), attempts + 1, all, now, queuedAt);
  }

  /**
   * Completes the order because the agent succeeded.
   *
   * @throws IllegalStateException unless running
   */
  public WorkOrder complete(Instant now) {
    return next(new Completed(expectRunning(), now), now);
  }

  /**
   * Fails the order because the attempt failed and is not retried.
   *
   * @throws IllegalStateException if terminal
   */
  public WorkOrder fail(
      FailureReason reason, String error, Optional<ExitStatus> exit, Instant now) {
    expectOpen();
    return next(new Failed(state.attempt(), now, reason, error, exit), now);
  }

  /**
   * Cancels the order at a user's request.
   *
   * @throws IllegalStateException if terminal
   */
  public WorkOrder cancel(Instant now) {
    expectOpen();
    return next(new Cancelled(state.attempt(), now), now);
  }

  /**
   * Puts the order back into the queue because the attempt failed, counts, and is retried.
   *
   * @param notBefore the earliest time of the next attempt
   * @param resume whether the next attempt continues this one
   * @throws IllegalStateException unless running
   */
  public WorkOrder retry(Instant notBefore, Instant now, boolean resume) {
    Attempt attempt = expectRunning();
    return next(waiting(Optional.of(notBefore), true), attempts, runs, now, now)
        .continuing(after(attempt, resume));
  }

  /**
   * Takes the attempt back for a reason that the order has not caused: the attempt does not count,
   * and the order keeps its place in the queue.
   *
   * @param resume whether the next attempt continues this one
   * @throws IllegalStateException unless running
   */
  public WorkOrder interrupt(Instant now, boolean resume) {
    Attempt attempt = expectRunning();
    Instant since = queuedAt.isAfter(now) ? now : queuedAt;
    return next(waiting(Optional.empty(), true), Math.max(0, attempts - 1), runs, now, since)
        .continuing(after(attempt, resume));
  }

  /** A follow-up is never dropped: its next attempt continues at least the same earlier run. */
  private Optional<Continuation> after(Attempt attempt, boolean resume) {
    return resume
        ? Optional.of(new Continuation(attempt.run(), continuation.flatMap(Continuation::prompt)))
        : continuation.filter(Continuation::isFollowUp);
  }

  private WorkOrder continuing(Optional<Continuation> what) {
    return new WorkOrder(
        id,
        revision,
        spec,
        idempotencyKey,
        state,
        attempts,
        runs,
        createdAt,
        updatedAt,
        queuedAt,
        what);
  }

  /**
   * Takes the claim back before the run has begun: the run leaves no trace, and the order keeps its
   * place in the queue.
   *
   * @throws IllegalStateException unless running
   */
  public WorkOrder release(Instant now) {
    RunId run = expectRunning().run();
    List<RunId> earlier = runs.stream().filter(kept -> !kept.equals(run)).toList();
    return next(waiting(Optional.empty(), true), Math.max(0, attempts - 1), earlier, now, queuedAt);
  }

  /**
   * Gives the order to another instance, because its owner no longer renews the lease.
   *
   * @throws IllegalStateException unless running
   */
  public WorkOrder takeOver(Lease lease, Instant now) {
    return next(new Running(expectRunning(), lease), now);
  }

  /**
   * Returns the same revision with another lease. The revision stays the same so that a renewal
   * never competes with a change.
   *
   * @throws IllegalStateException unless running
   */
  public WorkOrder leased(Lease lease) {
    return new WorkOrder(
        id,
        revision,
        spec,
        idempotencyKey,
        new Running(expectRunning(), lease),
        attempts,
        runs,
        createdAt,
        updatedAt,
        queuedAt,
        continuation);
  }

  /**
   * Corrects when the order entered the queue and when it was moved to the head, where those times
   * came from a wrong clock. A backoff keeps its length.
   *
   * @throws IllegalStateException unless queued
   */
  public WorkOrder waitingSince(Instant queuedAt, Optional<Instant> expeditedAt, Instant now) {
    if (!(state instanceof Queued queued)) {
      throw unexpected();
    }
    Duration by = Duration.between(this.queuedAt, queuedAt);
    Optional<Instant> notBefore = queued.notBefore().map(at -> at.plus(by));
    return next(
        new Queued(notBefore, queued.requested(), expeditedAt), attempts, runs, now, queuedAt);
  }

  /**
   * Moves a waiting order to the head of the queue because a user asked for a run.
   *
   * @throws IllegalStateException unless queued
   */
  public WorkOrder expedite(Instant now) {
    expectQueued();
    return next(new Queued(Optional.empty(), true, Optional.of(now)), now);
  }

  /**
   * Puts a terminal order back into the queue because a user asked for a new attempt.
   *
   * @throws IllegalStateException unless terminal
   */
  public WorkOrder requeue(Instant now) {
    if (!status().isTerminal()) {
      throw unexpected();
    }
    return next(waiting(Optional.empty(), true), attempts, runs, now, now)
        .continuing(Optional.empty());
  }

  /**
   * Puts a terminal order back into the queue to continue its last run with another prompt.
   *
   * @throws IllegalStateException unless terminal, and unless a run is still kept
   */
  public WorkOrder followUp(String prompt, Instant now) {
    RunId last = currentRun().orElseThrow(this::unexpected);
    return requeue(now).continuing(Optional.of(new Continuation(last, Optional.of(prompt))));
  }

  /** Removes the reference to a run whose record is gone; the order is otherwise unchanged. */
  public WorkOrder withoutRun(RunId run, Instant now) {
    return next(
        state, attempts, runs.stream().filter(kept -> !kept.equals(run)).toList(), now, queuedAt);
  }

  private static Queued waiting(Optional<Instant> notBefore, boolean requested) {
    return new Queued(notBefore, requested, Optional.empty());
  }

  private WorkOrder next(WorkOrderState state, Instant now) {
    return next(state, attempts, runs, now, queuedAt);
  }

  private WorkOrder next(
      WorkOrderState state, int attempts, List<RunId> runs, Instant now, Instant queuedAt) {
    return new WorkOrder(
        id,
        revision + 1,
        spec,
        idempotencyKey,
        state,
        attempts,
        runs,
        createdAt,
        now,
        queuedAt,
        continuation);
  }

  private void expectQueued() {
    if (!(state instanceof Queued)) {
      throw unexpected();
    }
  }

  private Attempt expectRunning() {
    if (state instanceof Running running) {
      return running.current();
    }
    throw unexpected();
  }

  private void expectOpen() {
    if (status().isTerminal()) {
      throw unexpected();
    }
  }

  private IllegalStateException unexpected() {
    return new IllegalStateException(id + " is " + status().wireName());
  }
}
