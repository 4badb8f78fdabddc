package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Forgets references to runs that are gone, and removes runs, logs, workspaces and cgroups that
 * belong to no order once they are old enough that nobody can be making them. What may belong to an
 * order that the store cannot read is kept: once the order is repaired it needs its runs.
 */
public final class OrphanCleanup {
  private static final Logger LOG = Logger.getLogger(OrphanCleanup.class);
  private static final Duration OLD_ENOUGH = Duration.ofHours(1);

  /** How the names of a run's record begin, also while it is written. */
  private static final String RECORD = "run.json";

  private static final Duration MIRRORS_KEPT = Duration.ofDays(30);

  private final Supervision supervision;
  private final Store store;
  private final Orders orders;
  private final QueueManager queue;
  private final Path workspaces;

  /**
   * @param workspaces the directory of all workspaces
   */
  OrphanCleanup(Supervision supervision, QueueManager queue, Path workspaces) {
    this.queue = queue;
    this.supervision = supervision;
    this.store = supervision.store();
    this.orders = supervision.orders();
    this.workspaces = workspaces;
  }

  /**
   * What one cleanup did.
   *
   * @param references to missing runs that were forgotten
   * @param leftovers runs and workspaces of no order that were stopped or removed
   */
  public record Result(int references, int leftovers) {}

  /** Cleans up once. */
  public Result runOnce() {
    Set<RunId> alive = supervision.executor().findRuns();
    Set<RunId> present = new HashSet<>(supervision.directories().list());
    // A run has a directory before its order names it. After this every directory that was listed
    // has an order that names it, or never will, whatever the clock and file times say.
    Set<RunId> known = new HashSet<>(queue.awaitClaims());
    int references = 0;
    Iterator<WorkOrderId> ids = store.workOrders().ids();
    while (ids.hasNext()) {
      WorkOrderId id = ids.next();
      for (RunId run : store.runs().ofOrder(id)) {
        known.add(run);
        references += isMissing(run, present) && forget(id, run) ? 1 : 0;
      }
    }
    int leftovers = stopStrays(alive, present, known) + removeLeftovers(present, known);
    int mirrors = supervision.workspaces().removeUnusedMirrors(MIRRORS_KEPT);
    if (mirrors > 0) {
      LOG.infof("Removed the mirrors of %d repositories that no order used lately", mirrors);
    }
    Result result = new Result(references, leftovers);
    if (references + leftovers > 0) {
      int cleaned = references + leftovers;
      orders.tell(observer -> observer.orphansCleaned(cleaned));
      LOG.infof(
          "Orphan cleanup: %d references to missing runs forgotten, %d leftovers removed",
          references, leftovers);
    }
    return result;
  }

  /**
   * A run that was made since the directories were listed is not missing: the disk has the last
   * word.
   */
  private boolean isMissing(RunId run, Set<RunId> present) {
    return !present.contains(run) && !Files.isDirectory(supervision.directories().of(run).path());
  }

  /**
   * False if the order is gone, or the run is under way: then its supervisor says what becomes of
   * it.
   */
  private boolean forget(WorkOrderId id, RunId run) {
    Optional<WorkOrder> order = store.workOrders().find(id);
    if (order.isEmpty()
        || (order.get().state() instanceof Running running
            && running.current().run().equals(run))) {
      return false;
    }
    LOG.warnf("Work order %s refers to the missing run %s", id, run);
    return orders.change(order.get(), order.get().withoutRun(run, order.get().updatedAt()));
  }

  /**
   * Removes what a service left that died while it claimed an order: a run that nothing refers to
   * and that never got beyond its record. At start, while nothing is claimed.
   *
   * @return how many there were
   */
  public int removeUnbegun() {
    Set<RunId> known = new HashSet<>();
    store.workOrders().ids().forEachRemaining(id -> known.addAll(store.runs().ofOrder(id)));
    int removed = 0;
    for (RunId run : supervision.directories().list()) {
      if (!known.contains(run)
          && holdsOnlyItsRecord(supervision.directories().of(run).path())
          && !store.runs().mayBelongToUnreadableOrder(run)) {
        removed += supervision.directories().remove(run) ? 1 : 0;
      }
    }
    return removed;
  }

  private static boolean holdsOnlyItsRecord(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.allMatch(file -> String.valueOf(file.getFileName()).startsWith(RECORD));
    } catch (IOException e) {
      return false;
    }
  }

  /** Stops what lives of runs that no order knows and that have no directory any more. */
  private int stopStrays(Set<RunId> alive, Set<RunId> present, Set<RunId> known) {
    int stopped = 0;
    for (RunId run : alive) {
      if (!known.contains(run)
          && isMissing(run, present)
          && !store.runs().mayBelongToUnreadableOrder(run)) {
        LOG.warnf("Stopping processes of %s, which belongs to no work order", run);
        supervision.executor().stop(run, Duration.ZERO);
        supervision.executor().release(run);
        stopped++;
      }
    }
    return stopped;
  }

  private int removeLeftovers(Set<RunId> present, Set<RunId> known) {
    int removed = 0;
    Instant oldest = supervision.clock().instant().minus(OLD_ENOUGH);
    for (RunId run : present) {
      if (!known.contains(run)
          && isOlder(supervision.directories().of(run).path(), oldest)
          && !store.runs().mayBelongToUnreadableOrder(run)) {
        supervision.executor().stop(run, Duration.ZERO);
        supervision.executor().release(run);
        supervision.executor().discard(run);
        removed += supervision.directories().remove(run) ? 1 : 0;
      }
    }
    for (RunId run : workspacesOnDisk()) {
      if (!known.contains(run)
          && !present.contains(run)
          && !Files.isDirectory(supervision.directories().of(run).path())
          && !store.runs().mayBelongToUnreadableOrder(run)
          && isOlder(workspaces.resolve(run.value()), oldest)) {
        removed += supervision.executor().discard(run) ? 1 : 0;
      }
    }
    return removed;
  }

  private List<RunId> workspacesOnDisk() {
    if (!Files.isDirectory(workspaces)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(workspaces)) {
      return entries
          .map(entry -> RunId.parse(String.valueOf(entry.getFileName())))
          .flatMap(Optional::stream)
          .toList();
    } catch (IOException e) {
      LOG.warnf("The workspaces cannot be listed: %s", e.getMessage());
      return List.of();
    }
  }

  private static boolean isOlder(Path path, Instant than) {
    try {
      return Files.getLastModifiedTime(path).toInstant().isBefore(than);
    } catch (IOException e) {
      return false;
    }
  }
}
