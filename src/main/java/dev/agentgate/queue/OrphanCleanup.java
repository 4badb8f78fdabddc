package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Removes references to runs that are gone. Also removes runs, logs, workspaces and cgroups that
 * belong to no order, once they are so old that nobody can still be creating them. Anything that
 * may belong to an order that the store cannot read is kept, because the order needs its runs once
 * it is repaired.
 */
public final class OrphanCleanup {
  private static final Logger LOG = Logger.getLogger(OrphanCleanup.class);
  private static final Duration OLD_ENOUGH = Duration.ofHours(1);

  private static final Duration MIRRORS_KEPT = Duration.ofDays(30);

  private final Supervision supervision;
  private final Store store;
  private final Orders orders;
  private final QueueManager queue;

  OrphanCleanup(Supervision supervision, QueueManager queue) {
    this.queue = queue;
    this.supervision = supervision;
    this.store = supervision.store();
    this.orders = supervision.orders();
  }

  /**
   * What one cleanup did.
   *
   * @param references references to missing runs that were removed
   * @param leftovers runs and workspaces without an order that were stopped or removed
   */
  public record Result(int references, int leftovers) {}

  /** Cleans up once. */
  public Result runOnce() {
    Set<RunId> alive = supervision.executor().findRuns();
    Set<RunId> present = supervision.outputs().list();
    // Something is kept of a run before its order names it. So after this call, every run in the
    // list either has an order that names it or never will, whatever the clocks say.
    Set<RunId> known = new HashSet<>(queue.awaitClaims());
    int references = 0;
    Iterator<WorkOrderId> ids = store.workOrders().ids();
    while (ids.hasNext()) {
      WorkOrderId id = ids.next();
      for (RunId run : store.runs().ofOrder(id)) {
        known.add(run);
        references += isMissing(run, present) && wasHere(run) && forget(id, run) ? 1 : 0;
      }
    }
    int leftovers = stopStrays(alive, present, known) + removeLeftovers(present, known);
    leftovers += removeHomes();
    int mirrors = supervision.workspaces().removeUnusedMirrors(MIRRORS_KEPT);
    if (mirrors > 0) {
      LOG.infof("Removed the mirrors of %d repositories that no order has used recently", mirrors);
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
   * Whether a run has no directory and its files are not in the store either. A run may have been
   * created after the directories were listed, so this looks at the disk again.
   */
  private boolean isMissing(RunId run, Set<RunId> present) {
    return !present.contains(run)
        && !supervision.outputs().exists(run)
        && !store.archive().has(run);
  }

  /** Whether the files of a run were on this machine, so that they are nowhere else. */
  private boolean wasHere(RunId run) {
    return !store.instances().shared()
        || store
            .runs()
            .find(run)
            .flatMap(Run::instance)
            .filter(store.instance()::equals)
            .isPresent();
  }

  /**
   * Removes the reference to a run. Returns false if the order is gone or the run is under way: in
   * that case its supervisor decides what becomes of it.
   */
  private boolean forget(WorkOrderId id, RunId run) {
    Optional<WorkOrder> order = store.workOrders().find(id);
    if (order.isEmpty()
        || (order.get().state() instanceof Running running
            && running.current().run().equals(run))) {
      return false;
    }
    LOG.warnf("Work order %s refers to run %s, which is missing; removing the reference", id, run);
    return orders.change(order.get(), order.get().withoutRun(run, order.get().updatedAt()));
  }

  /**
   * Removes what is left of a service that died while it claimed an order: runs that nothing refers
   * to, and of which nothing but the claim is left. Call at the start, while nothing is being
   * claimed.
   *
   * @return the number of such runs
   */
  public int removeUnbegun() {
    if (store.instances().shared()) {
      // Reading all orders would take long, and few starts are cut off before they have begun.
      return 0;
    }
    Set<RunId> known = new HashSet<>();
    store.workOrders().ids().forEachRemaining(id -> known.addAll(store.runs().ofOrder(id)));
    int removed = 0;
    for (RunId run : supervision.outputs().list()) {
      if (!known.contains(run)
          && supervision.outputs().isUnbegun(run)
          && !store.runs().mayBelongToUnreadableOrder(run)) {
        removed += supervision.outputs().remove(run) ? 1 : 0;
      }
    }
    return removed;
  }

  /** Stops the living processes of runs that no order knows and that no longer have a directory. */
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
          && supervision.outputs().isOlder(run, oldest)
          && !store.runs().mayBelongToUnreadableOrder(run)) {
        supervision.executor().stop(run, Duration.ZERO);
        supervision.executor().release(run);
        supervision.executor().discard(run);
        removed += supervision.outputs().remove(run) ? 1 : 0;
      }
    }
    for (RunId run : workspacesOnDisk()) {
      if (!known.contains(run)
          && !present.contains(run)
          && !supervision.outputs().exists(run)
          && !store.runs().mayBelongToUnreadableOrder(run)
          && supervision.workspaces().isOlder(run, oldest)) {
        removed += supervision.executor().discard(run) ? 1 : 0;
      }
    }
    return removed;
  }

  /**
   * Removes the homes of orders that are gone. An order exists before its home does. While orders
   * cannot be read, no home is removed, because it may be theirs.
   */
  private int removeHomes() {
    if (store.health().unreadable().isPresent()) {
      return 0;
    }
    int removed = 0;
    for (WorkOrderId id : supervision.executor().ordersWithHome()) {
      // Asked again, because an order can be found to be unreadable at any time.
      if (store.workOrders().find(id).isEmpty() && store.health().unreadable().isEmpty()) {
        removed += supervision.executor().discardHome(id) ? 1 : 0;
      }
    }
    return removed;
  }

  private Set<RunId> workspacesOnDisk() {
    try {
      return supervision.workspaces().list();
    } catch (UncheckedIOException e) {
      LOG.warnf("The workspaces cannot be listed: %s", e.getMessage());
      return Set.of();
    }
  }
}
