package dev.agentgate.queue;

import dev.agentgate.execution.log.RunLog;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.LogSummary;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Records the outcome of one run, in its record and in its order. Retries for as long as the store
 * refuses the write.
 */
final class OutcomeRecorder {
  private static final Logger LOG = Logger.getLogger(OutcomeRecorder.class);

  private final Supervision supervision;
  private final WorkOrder order;
  private final RunId run;
  private final RunRecord record;

  /** Completed with the order in its new state; failed if the first attempt to write it failed. */
  private final CompletableFuture<WorkOrder> recorded = new CompletableFuture<>();

  /**
   * What was written last; the store may have made the change without an answer. Used by the
   * supervisor's own thread only.
   */
  private @Nullable Decision last;

  private volatile @Nullable RuntimeException refusal;
  private volatile boolean disowned;

  /** Whether this instance decided how the order ends, so that it is no longer its owner. */
  private volatile boolean decided;

  /** What an outcome means for the order. */
  private record Decision(WorkOrder before, WorkOrder after, RunOutcome outcome, RunUsage used) {}

  OutcomeRecorder(Supervision supervision, WorkOrder order, RunId run, RunRecord record) {
    this.supervision = supervision;
    this.order = order;
    this.run = run;
    this.record = record;
  }

  /** Returns why the outcome could not be written yet; writing is retried every second. */
  Optional<RuntimeException> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Notes that another instance owns the order now and decides how it ends. */
  void disown() {
    disowned = true;
  }

  /**
   * Whether another instance decides how the order ends. A renewal of the lease may report an order
   * as lost that this instance has ended meanwhile.
   */
  boolean isDisowned() {
    return disowned && !decided;
  }

  /**
   * Waits until the outcome is recorded, here or by another instance.
   *
   * @throws StoreUnavailableException if it could not be written yet; writing is being retried
   */
  WorkOrder await() {
    try {
      return recorded.join();
    } catch (CompletionException e) {
      throw new StoreUnavailableException("The outcome of the run could not be written yet", e);
    }
  }

  /**
   * Writes the outcome.
   *
   * @param first done before that, and again if the store fails
   * @param written called once it is written, before the callers that wait are answered
   * @return the order in its new state, once it is written
   */
  WorkOrder record(RunOutcome outcome, Runnable first, Runnable written) {
    boolean begun = false;
    while (true) {
      try {
        if (!begun) {
          first.run();
          begun = true;
        }
        WorkOrder after = write(outcome);
        written.run();
        recorded.complete(after);
        return after;
      } catch (RuntimeException e) {
        refusal = e;
        if (recorded.completeExceptionally(e)) {
          LOG.errorf("The outcome of %s cannot be written, retrying: %s", run, e.getMessage());
        }
        Patience.pause();
      }
    }
  }

  /**
   * Leaves the order to the instance that owns it now.
   *
   * @param left called before the callers that wait are answered
   */
  void leave(Runnable left) {
    left.run();
    tellLeft();
    try {
      recorded.complete(supervision.store().workOrders().find(order.id()).orElse(order));
    } catch (RuntimeException e) {
      recorded.completeExceptionally(e);
    }
  }

  private WorkOrder write(RunOutcome outcome) {
    if (supervision.lease().isShared()) {
      Optional<WorkOrder> current = supervision.store().workOrders().find(order.id());
      if (current.isEmpty() || !isOurs(current.get())) {
        return left(current);
      }
    }
    Run ended = record.ended(outcome, log(), order.spec().publish());
    // Before the order: until that has changed, each new attempt to write the outcome, also by the
    // next service, notes the same again.
    RunUsage used = RunUsage.of(order, ended);
    supervision.orders().note(used);
    while (true) {
      Optional<WorkOrder> current = supervision.store().workOrders().find(order.id());
      if (current.isEmpty() || !isOurs(current.get())) {
        return left(current);
      }
      WorkOrder after = Verdict.applyTo(current.get(), outcome);
      Decision decision = new Decision(current.get(), after, outcome, used);
      last = decision;
      if (supervision.orders().change(current.get(), after)) {
        return decided(decision);
      }
    }
  }

  private WorkOrder decided(Decision decision) {
    decided = true;
    supervision.orders().tell(observer -> observer.runEnded(decision.before(), decision.outcome()));
    supervision.orders().tell(observer -> observer.runUsed(decision.used()));
    return decision.after();
  }

  /** Returns what other instances cannot know of the log. */
  private Optional<LogSummary> log() {
    if (!supervision.store().instances().shared()) {
      return Optional.empty();
    }
    RunLog log = supervision.outputs().log(run);
    return log.lastActivityAt().map(at -> new LogSummary(log.size(), at));
  }

  private WorkOrder left(Optional<WorkOrder> current) {
    Decision tried = last;
    if (tried != null && current.filter(tried.after()::equals).isPresent()) {
      supervision.orders().found(tried.after());
      return decided(tried);
    }
    LOG.warnf("%s is no longer the run of %s", run, order.id());
    disowned = true;
    tellLeft();
    return current.orElse(order);
  }

  private void tellLeft() {
    supervision.orders().tell(observer -> observer.runLeft(run));
  }

  private boolean isOurs(WorkOrder current) {
    return current.state() instanceof Running running
        && running.current().run().equals(run)
        && running.lease().isHeldBy(supervision.store().instance());
  }
}
