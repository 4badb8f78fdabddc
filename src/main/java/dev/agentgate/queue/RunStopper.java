package dev.agentgate.queue;

import dev.agentgate.execution.Executor;
import dev.agentgate.execution.StopReport;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Stops the processes of one run, and knows how many outlived that. Safe for many threads. */
final class RunStopper {
  private static final Logger LOG = Logger.getLogger(RunStopper.class);

  private final Executor executor;
  private final Orders orders;
  private final RunId run;

  private volatile int survivors;

  RunStopper(Executor executor, Orders orders, RunId run) {
    this.executor = executor;
    this.orders = orders;
    this.run = run;
  }

  /** Returns the number of processes that outlived the last attempt to stop them. */
  int survivors() {
    return survivors;
  }

  /**
   * Stops what lives of the run.
   *
   * @param mode why, for the observers
   */
  StopReport stop(String mode, Duration grace) {
    StopReport report = executor.stop(run, grace);
    survivors = report.survivors();
    orders.tell(observer -> observer.stopped(mode, report));
    return report;
  }

  /**
   * Stops the run because of its lease. Returns at once and never waits for the store.
   *
   * @return the thread that stops it
   */
  Thread stopForTheLease(Duration grace) {
    return Thread.ofVirtual()
        .name("lease-" + run)
        .start(() -> {
          try {
            StopReport _ = stop("lease", grace);
          } catch (RuntimeException e) {
            // The sweep tries again.
            LOG.warnf(e, "%s could not be stopped", run);
          }
        });
  }

  /**
   * Makes sure that no process of the run outlives it, and releases what it held. Returns when that
   * is so.
   */
  void sweep(Duration grace) {
    boolean told = false;
    Duration left = grace;
    while (!isSwept(left)) {
      if (!told && survivors > 0) {
        LOG.errorf(
            "%d processes of %s cannot be killed; its slot stays taken until they are gone",
            survivors, run);
        told = true;
      }
      Patience.pause();
      left = Duration.ZERO;
    }
  }

  private boolean isSwept(Duration grace) {
    try {
      if (stop("sweep", grace).survivors() > 0) {
        return false;
      }
      executor.release(run);
      return true;
    } catch (RuntimeException e) {
      LOG.errorf(e, "What %s left behind could not be stopped, retrying", run);
      return false;
    }
  }
}
