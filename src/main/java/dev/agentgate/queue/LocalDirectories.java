package dev.agentgate.queue;

import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.DirectoryIdentity;
import dev.agentgate.workspace.Workspaces;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the local directory in which an order would work, for the rule that only one order at a
 * time may work in it. A walk along the queue asks thousands of times, so results are cached for a
 * moment. A claim checks again without the cache.
 */
final class LocalDirectories {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Workspaces workspaces;

  /** Guards the fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Optional<DirectoryIdentity>> known = new HashMap<>();
  private long since = System.nanoTime();

  LocalDirectories(Workspaces workspaces) {
    this.workspaces = workspaces;
  }

  /**
   * Returns the identity of an order's local directory, as it was at most a moment ago.
   *
   * @param repository the repository of the order
   * @return empty if the order does not work in a local directory, or the directory is gone
   */
  Optional<DirectoryIdentity> recently(Optional<String> repository) {
    Optional<WorkspaceSource.Local> local = repository.flatMap(WorkspaceSource.Local::ofRepository);
    if (local.isEmpty()) {
      return Optional.empty();
    }
    lock.lock();
    try {
      if (System.nanoTime() - since >= FRESH_NANOS) {
        known.clear();
        since = System.nanoTime();
      }
      return known.computeIfAbsent(local.get().path(), _ -> workspaces.identify(local.get()));
    } finally {
      lock.unlock();
    }
  }
}
