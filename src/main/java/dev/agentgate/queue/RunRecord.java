package dev.agentgate.queue;

import dev.agentgate.execution.ExecutionHandle;
import dev.agentgate.store.Runs;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunOutcome;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;

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

  RunRecord(Runs runs, Orders orders, Run run) {
    this.runs = runs;
    this.orders = orders;
    this.run = run;
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
      run = runs.find(run.id()).orElse(run);
      return run;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the agent was started or adopted. */
  void started(ExecutionHandle handle) {
    tryToWrite(before -> before.running(handle.pid()));
  }

  /** Notes that the run was asked to end. */
  void endRequested(EndCause cause) {
    tryToWrite(before -> before.endRequested(cause));
  }

  /**
   * Notes the outcome.
   *
   * @throws StoreUnavailableException if it cannot be written now
   */
  void ended(RunOutcome outcome) {
    write(before -> before.ended(outcome));
  }

  private void tryToWrite(UnaryOperator<Run> change) {
    try {
      write(change);
    } catch (StoreUnavailableException e) {
      LOG.warnf("The record of %s could not be written: %s", run.id(), e.getMessage());
    }
  }

  private void write(UnaryOperator<Run> change) {
    lock.lock();
    try {
      run = change.apply(run);
      orders.save(run);
    } finally {
      lock.unlock();
    }
  }
}
