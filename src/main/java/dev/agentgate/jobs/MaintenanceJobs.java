package dev.agentgate.jobs;

import dev.agentgate.queue.OrphanCleanup;
import dev.agentgate.queue.Retention;
import dev.agentgate.queue.StaleCheck;
import dev.agentgate.queue.WorkspaceCleanup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Decides when maintenance runs; the queue decides what it does. Each job has a virtual thread of
 * its own, runs once at once, and waits by the monotonic clock, so that a step of the wall clock
 * does not hold it up.
 */
public final class MaintenanceJobs {
  private static final Logger LOG = Logger.getLogger(MaintenanceJobs.class);

  private final List<Job> jobs;
  private final CountDownLatch closed = new CountDownLatch(1);

  private record Job(String name, Duration every, Runnable work) {}

  /** Guards the start: nothing runs before {@link #open}. */
  public MaintenanceJobs(
      OrphanCleanup orphanCleanup,
      StaleCheck staleCheck,
      Retention retention,
      WorkspaceCleanup workspaceCleanup,
      Duration orphanCleanupEvery,
      Duration staleCheckEvery) {
    this.jobs =
        List.of(
            new Job("orphan-cleanup", orphanCleanupEvery, orphanCleanup::runOnce),
            new Job("stale-check", staleCheckEvery, staleCheck::runOnce),
            new Job("retention", orphanCleanupEvery, retention::runOnce),
            new Job("workspace-cleanup", orphanCleanupEvery, workspaceCleanup::runOnce));
  }

  /** Starts the jobs. Call once, after the runs of an earlier process have been adopted. */
  public void open() {
    for (Job job : jobs) {
      Thread.ofVirtual().name(job.name()).start(() -> repeat(job));
    }
  }

  /** Starts nothing new from now on. Does not wait for a job that is running. Idempotent. */
  public void close() {
    closed.countDown();
  }

  private void repeat(Job job) {
    try {
      do {
        run(job);
      } while (!closed.await(job.every().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Job job) {
    if (closed.getCount() == 0) {
      return;
    }
    try {
      job.work().run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "The job %s failed and will be retried", job.name());
    }
  }
}
