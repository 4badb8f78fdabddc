package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workspace.PublishRules;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Keeps the publications of runs: which are to be done, and how far they have come. It publishes
 * nothing itself. A publication that is pending is changed only by who publishes it, which is the
 * instance that has the run's workspace or, if that one is gone, one that has taken it over.
 */
public final class RunPublications {
  private static final int MAX_FAILED = 1000;

  private final Store store;
  private final Orders orders;
  private final UnaryOperator<RunId> workspaceOf;
  private final Optional<Duration> lease;

  /** The runs whose publication has failed since the start, for the alert. */
  private final Set<RunId> failed = ConcurrentHashMap.newKeySet();

  /**
   * @param workspaceOf returns the run whose workspace a run works in
   * @param lease how long the silence of another instance is borne, if others share the store
   */
  RunPublications(
      Store store, Orders orders, UnaryOperator<RunId> workspaceOf, Optional<Duration> lease) {
    this.store = store;
    this.orders = orders;
    this.workspaceOf = workspaceOf;
    this.lease = lease;
  }

  /**
   * A run with a publication.
   *
   * @param workspace the run whose workspace it worked in
   * @param earlier the commits that were pushed for runs of the order
   * @param first an earlier run of the order whose changes must be published to the same branch
   *     before, or given up
   */
  public record Published(
      WorkOrder order,
      Run run,
      RunId workspace,
      Publication publication,
      Set<String> earlier,
      Optional<RunId> first) {
    public Published {
      earlier = Set.copyOf(earlier);
    }

    private Published with(Publication now) {
      return new Published(order, run, workspace, now, earlier, first);
    }
  }

  /**
   * Returns the runs whose pending publication this instance is to complete; some of them may have
   * been published.
   */
  public List<RunId> pending() {
    return store.runs().unpublished();
  }

  /** Takes over the pending publications of instances that are gone. */
  public void takeOver() {
    lease.ifPresent(orders::takeUnpublished);
  }

  /** Whether this instance is to complete the pending publication of a run. */
  public boolean isOwn(RunId run) {
    return lease.isEmpty() || pending().contains(run);
  }

  /**
   * Returns a run with its publication; empty if it has none, if it is gone, or if its order does
   * not know yet how the run ended.
   */
  public Optional<Published> find(RunId id) {
    Optional<Run> run = store.runs().find(id);
    Optional<Publication> publication = run.flatMap(it -> it.results().publication());
    Optional<WorkOrder> order = run.flatMap(it -> store.workOrders().find(it.workOrderId()));
    if (run.isEmpty() || publication.isEmpty() || order.isEmpty()) {
      return Optional.empty();
    }
    if (order.get().state() instanceof Running running && running.current().run().equals(id)) {
      // The order does not have its outcome yet, which may become another one.
      return Optional.empty();
    }
    Set<String> earlier = new HashSet<>();
    Optional<RunId> first = Optional.empty();
    boolean isBefore = true;
    for (RunId other : order.get().runs()) {
      isBefore &= !other.equals(id);
      Optional<Publication> theirs =
          store.runs().find(other).flatMap(it -> it.results().publication());
      theirs.flatMap(Publication::commit).ifPresent(earlier::add);
      if (isBefore && theirs.filter(it -> comesBefore(it, publication.get())).isPresent()) {
        first = first.or(() -> Optional.of(other));
      }
    }
    return Optional.of(
        new Published(
            order.get(), run.get(), workspaceOf.apply(id), publication.get(), earlier, first));
  }

  private static boolean comesBefore(Publication earlier, Publication later) {
    return earlier.status() == Status.PENDING && earlier.branch().equals(later.branch());
  }

  /**
   * Records how far the publication of a run has come.
   *
   * @param of the publication as the caller found it or recorded it last
   * @param now the same, further on
   * @return the publication as it is recorded now; empty if nothing was recorded, because the run
   *     is gone or the publication was changed or taken over meanwhile. The caller must then give
   *     up.
   */
  public Optional<Published> record(Published of, Publication now) {
    RunId id = of.run().id();
    Optional<Publication> recorded =
        orders
            .changeRun(
                of.order(),
                id,
                run ->
                    run.results().publication().equals(Optional.of(of.publication()))
                        ? run.with(run.results().publishing(now))
                        : run)
            .flatMap(run -> run.results().publication());
    if (!recorded.equals(Optional.of(now))) {
      failed.remove(id);
      return Optional.empty();
    }
    store
        .runs()
        .find(id)
        .flatMap(it -> it.results().publication())
        .ifPresent(it -> note(id, it.status()));
    return Optional.of(of.with(now));
  }

  /**
   * Requests that the changes of a run are published, now or again.
   *
   * @param request empty: as they were to be published before
   * @return the pending publication
   * @throws AgentGateException if that is not possible, with the reason
   */
  public Publication request(RunId id, Optional<PublishRequest> request) {
    Run run =
        store
            .runs()
            .find(id)
            .orElseThrow(() -> new AgentGateException(Kind.NOT_FOUND, "Run " + id + " not found"));
    WorkOrder order =
        store
            .workOrders()
            .find(run.workOrderId())
            .orElseThrow(() -> new AgentGateException(Kind.NOT_FOUND, "Run " + id + " not found"));
    requireCompleted(run);
    Optional<Publication> before = run.results().publication();
    PublishRequest wanted =
        request
            .or(() -> before.map(Publication::request))
            .or(() -> order.spec().publish())
            .orElseThrow(() -> new InvalidOrderException(Map.of("as", "as is required")));
    Map<String, String> faults = PublishRules.faults(wanted, order.spec().workspaceSource());
    if (!faults.isEmpty()) {
      throw new InvalidOrderException(faults);
    }
    if (isPending(run)) {
      if (request.isPresent()) {
        throw beingPublished(id);
      }
      return before.orElseThrow();
    }
    Publication pending = Publication.pending(wanted, order.id());
    Optional<Run> changed =
        orders.changeRun(
            order, id, it -> isPending(it) ? it : it.with(it.results().publishing(pending)));
    if (changed.isEmpty() && store.runs().find(id).isEmpty()) {
      throw new AgentGateException(Kind.NOT_FOUND, "Run " + id + " not found");
    }
    if (!changed.flatMap(it -> it.results().publication()).equals(Optional.of(pending))) {
      // Another caller has requested something else at the same moment.
      throw beingPublished(id);
    }
    failed.remove(id);
    return pending;
  }

  private static boolean isPending(Run run) {
    return run.results().hasPublication(Status.PENDING);
  }

  private static AgentGateException beingPublished(RunId id) {
    return new AgentGateException(
        Kind.CONFLICT, "The changes of run " + id + " are being published");
  }

  private static void requireCompleted(Run run) {
    boolean completed =
        run.state() instanceof RunState.Ended(RunOutcome outcome)
            && outcome instanceof RunOutcome.Completed;
    if (!completed) {
      throw new AgentGateException(
          Kind.CONFLICT,
          "Run "
              + run.id()
              + " has not completed; only the changes of completed runs are published");
    }
  }

  /** Returns the number of publications that have failed since the start, and still stand so. */
  public int failures() {
    return failed.size();
  }

  /** Forgets runs that are gone. */
  void forget(Collection<RunId> gone) {
    failed.removeAll(gone);
  }

  private void note(RunId run, Status status) {
    if (status != Status.FAILED) {
      failed.remove(run);
    } else if (failed.size() < MAX_FAILED) {
      failed.add(run);
    }
  }
}
