package dev.agentgate.queue;

import dev.agentgate.store.Runs;
import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workspace.WorkspaceRetention;
import dev.agentgate.workspace.WorkspaceRetention.Keep;
import dev.agentgate.workspace.WorkspaceRetention.Kept;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Removes the workspaces of orders that are over, as far as the settings do not keep them. */
public final class WorkspaceCleanup {
  private static final Logger LOG = Logger.getLogger(WorkspaceCleanup.class);

  private final WorkspaceRetention retention;
  private final QueueModule.Outside outside;
  private final Runs runs;
  private final WorkOrders orders;

  WorkspaceCleanup(WorkspaceRetention retention, QueueModule.Outside outside) {
    this.retention = retention;
    this.outside = outside;
    this.runs = outside.store().runs();
    this.orders = outside.store().workOrders();
  }

  /** Removes the workspace of a run whose outcome was just recorded, unless it is kept. */
  void ended(WorkOrder order, RunId id) {
    try {
      runs.find(id).filter(run -> !keeps(order, run)).ifPresent(run -> remove(run.id()));
    } catch (RuntimeException e) {
      // The next cleanup tries again.
      LOG.warnf("The workspace of %s could not be removed: %s", id, e.getMessage());
    }
  }

  /**
   * Removes every workspace that is not kept, including those of an earlier service.
   *
   * @return the number of workspaces that were removed
   */
  public int runOnce() {
    int removed = 0;
    List<Kept> kept = new ArrayList<>();
    for (RunId id : outside.workspaces().list()) {
      Optional<WorkOrder> order = runs.find(id).flatMap(it -> orders.find(it.workOrderId()));
      Optional<Run> run = order.flatMap(it -> lastIn(id, it)).flatMap(runs::find);
      // Leftovers without an order are not ours.
      if (order.isPresent()
          && run.isPresent()
          && run.get().state() instanceof RunState.Ended(RunOutcome outcome)) {
        if (!keeps(order.get(), run.get())) {
          removed += remove(id) ? 1 : 0;
        } else if (order.get().status().isTerminal() && !isPublicationPending(run.get())) {
          kept.add(new Kept(id, outcome.at(), sizeIfLimited(id)));
        }
      }
    }
    for (RunId surplus : retention.surplus(kept)) {
      removed += remove(surplus) ? 1 : 0;
    }
    if (removed > 0) {
      LOG.infof("Removed the workspaces of %d runs", removed);
    }
    return removed;
  }

  /** Returns the last run that worked in the workspace of a run. */
  private Optional<RunId> lastIn(RunId owner, WorkOrder order) {
    return order.runs().reversed().stream()
        .filter(run -> outside.executor().workspaceOf(run).equals(owner))
        .findFirst();
  }

  private long sizeIfLimited(RunId run) {
    return retention.maxTotalBytes().isPresent() ? outside.workspaces().size(run) : 0;
  }

  /** Whether the workspace of an ended run is kept. */
  private boolean keeps(WorkOrder order, Run run) {
    if (!order.status().isTerminal() || isPublicationPending(run)) {
      // The next attempt may continue in it, or its changes are still to be pushed.
      return true;
    }
    boolean completed =
        run.state() instanceof RunState.Ended(RunOutcome outcome)
            && outcome instanceof RunOutcome.Completed;
    return retention.keeps(completed)
        || (retention.keep() != Keep.NEVER
            && (!isPatchStored(run) || run.results().hasPublication(Status.FAILED)));
  }

  private static boolean isPublicationPending(Run run) {
    return run.results().hasPublication(Status.PENDING);
  }

  private static boolean isPatchStored(Run run) {
    return run.results().changes().filter(changes -> !changes.patchTooLarge()).isPresent();
  }

  private boolean remove(RunId run) {
    return outside.executor().discard(run);
  }
}
