package dev.agentgate.queue;

import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.Workspaces;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which local directory an order would work in, for the rule that only one at a time does. A walk
 * along the queue asks for thousands, so an answer is kept for a moment; a claim asks anew by
 * itself.
 */
final class LocalDirectories {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final Workspaces workspaces;

  /** Guards what is below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Optional<Object>> known = new HashMap<>();
  private long since = System.nanoTime();

  LocalDirectories(Workspaces workspaces) {
    this.workspaces = workspaces;
  }

  /**
   * As of a moment ago.
   *
   * @param repository of an order
   * @return empty if the order works in no local directory, or that is gone
   */
  Optional<Object> recently(Optional<String> repository) {
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
