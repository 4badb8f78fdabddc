package dev.agentgate.queue;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.execution.CollectedWork;
import dev.agentgate.execution.Execution;
import dev.agentgate.store.Runs;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.LogSummary;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.RunState;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The record of a run, as its supervisor writes it. Before the run ends, its fate does not depend
 * on the record, so a write that fails until then is only logged.
 */
final class RunRecord {
  private static final Logger LOG = Logger.getLogger(RunRecord.class);

  private final Runs runs;
  private final Orders orders;

  /** Guards {@link #run}, and makes its versions reach the store in order. */
  private final ReentrantLock lock = new ReentrantLock();

  private Run run;

  /** What this supervisor read or wrote last. */
  private @Nullable Run saved;

  /** Whether the store may have a record that was not read yet. */
  private boolean unread;

  /**
   * @param adopted whether an earlier service may have written the record; it is then read before
   *     it is written
   */
  RunRecord(Runs runs, Orders orders, Run run, boolean adopted) {
    this.runs = runs;
    this.orders = orders;
    this.run = run;
    this.unread = adopted;
  }

  /**
   * Reads the record that an earlier service wrote.
   *
   * @return the current record
   * @throws StoreUnavailableException if it cannot be read now
   */
  Run load() {
    lock.lock();
    try {
      Optional<Run> noted = runs.find(run.id());
      run = noted.orElse(run);
      saved = noted.orElse(saved);
      unread = false;
      return run;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that the agent was started or adopted. This is written with the next note: a run that
   * ends in a moment needs no record of it, and an executor finds the run without.
   */
  void started(Execution execution) {
    change(before ->
        before
            .running(execution.handle().pid())
            .with(before.results().checkedOut(execution.baseCommit())));
  }

  /** Notes what the agent has said about its work, if it is new. */
  void reported(AgentReport report) {
    tryToWrite(before -> before.with(withReport(before.results(), report)));
  }

  /**
   * Notes all that the agent has said about its work. This is written with the outcome: if the
   * service ends before, the next one reads the agent's output again.
   */
  void reportedAll(AgentReport report) {
    change(before -> before.with(withReport(before.results(), report)));
  }

  /** Keeps what an earlier service noted, unless the agent has said something else. */
  private static RunResults withReport(RunResults before, AgentReport report) {
    return before.reported(
        report.sessionId().or(before::sessionId),
        report.model().or(before::model),
        report.result().or(before::result),
        report.usage().isUnknown() ? before.usage() : report.usage());
  }

  /** Notes what the run left in its workspace. */
  void collected(CollectedWork work) {
    tryToWrite(before ->
        before.with(
            before.results().collected(work.baseCommit(), work.headCommit(), work.changes())));
  }

  /** Notes that the run was asked to end, unless it has ended. */
  void endRequested(EndCause cause) {
    tryToWrite(
        before -> before.state() instanceof RunState.Ended ? before : before.endRequested(cause));
  }

  /**
   * Notes the outcome. If the run has completed, its changes are then to be published. A run that
   * has ended stays as it is, because its publication may have gone on.
   *
   * @param log of the run, if it is here
   * @param publish how, if at all
   * @return the record
   * @throws StoreUnavailableException if it cannot be written now
   */
  Run ended(RunOutcome outcome, Optional<LogSummary> log, Optional<PublishRequest> publish) {
    Optional<PublishRequest> due =
        outcome instanceof RunOutcome.Completed ? publish : Optional.empty();
    return write(before -> {
      if (before.state() instanceof RunState.Ended) {
        return before;
      }
      Run ended = before.ended(outcome);
      Run after = log.map(it -> ended.with(ended.results().logged(it))).orElse(ended);
      return due.map(request -> Publication.pending(request, after.workOrderId()))
          .map(pending -> after.with(after.results().publishing(pending)))
          .orElse(after);
    });
  }

  private void tryToWrite(UnaryOperator<Run> change) {
    try {
      Run _ = write(change);
    } catch (StoreUnavailableException e) {
      LOG.warnf("The record of %s could not be written: %s", run.id(), e.getMessage());
    }
  }

  private void change(UnaryOperator<Run> change) {
    lock.lock();
    try {
      run = change.apply(run);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the record as it is now. */
  Run current() {
    lock.lock();
    try {
      return run;
    } finally {
      lock.unlock();
    }
  }

  private Run write(UnaryOperator<Run> change) {
    lock.lock();
    try {
      if (unread) {
        Run _ = load();
      }
      run = change.apply(run);
      if (!run.equals(saved)) {
        orders.save(run);
        saved = run;
      }
      return run;
    } finally {
      lock.unlock();
    }
  }
}
