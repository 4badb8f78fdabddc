package dev.agentgate.jobs;

import dev.agentgate.queue.OrphanCleanup;
import dev.agentgate.queue.Retention;
import dev.agentgate.queue.StaleCheck;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;

/** When maintenance runs; what it does is the queue's. Each runs once at start too. */
@Singleton
public class MaintenanceJobs {
  private final OrphanCleanup orphanCleanup;
  private final StaleCheck staleCheck;
  private final Retention retention;

  MaintenanceJobs(OrphanCleanup orphanCleanup, StaleCheck staleCheck, Retention retention) {
    this.orphanCleanup = orphanCleanup;
    this.staleCheck = staleCheck;
    this.retention = retention;
  }

  /** Forgets and removes what belongs to nothing. */
  @Scheduled(
      identity = "orphan-cleanup",
      every = "${agentgate.maintenance.orphan-cleanup-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void cleanUpOrphans() {
    orphanCleanup.runOnce();
  }

  /** Settles running orders that nobody supervises. */
  @Scheduled(
      identity = "stale-check",
      every = "${agentgate.maintenance.stale-check-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void checkForStaleOrders() {
    staleCheck.runOnce();
  }

  /** Purges orders that were kept long enough. */
  @Scheduled(
      identity = "retention",
      every = "${agentgate.maintenance.orphan-cleanup-every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  @RunOnVirtualThread
  void purgeOldOrders() {
    retention.runOnce();
  }
}
