package dev.agentgate.queue;

import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.Agents;
import dev.agentgate.execution.StopReport;
import dev.agentgate.output.RunLog;
import dev.agentgate.queue.RunSupervisor.EndAnswer;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.InvalidSourceException;
import dev.agentgate.workspace.WorkspaceSourceParser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The use cases. Every method may be called from any thread and blocks until it is done; what it
 * returns is on disk. A request that cannot be carried out throws an {@link AgentGateException}
 * with a sentence for the caller.
 */
public final class WorkOrderService {
  private static final Logger LOG = Logger.getLogger(WorkOrderService.class);

  private final QueueSettings settings;
  private final Supervision supervision;
  private final Store store;
  private final Orders orders;
  private final QueueManager queue;
  private final RunPublications publications;
  private final WorkspaceSourceParser sources;
  private final Agents agents;

  private final QueueRoom room;

  private volatile boolean stopping;

  WorkOrderService(
      QueueSettings settings,
      Supervision supervision,
      QueueManager queue,
      QueueRoom room,
      RunPublications publications,
      WorkspaceSourceParser sources,
      Agents agents) {
    this.settings = settings;
    this.supervision = supervision;
    this.store = supervision.store();
    this.orders = supervision.orders();
    this.queue = queue;
    this.room = room;
    this.publications = publications;
    this.sources = sources;
    this.agents = agents;
  }

  /**
   * Accepts an order.
   *
   * @return the order, and whether it is new; if not, it is the earlier order with the same
   *     idempotency key
   * @throws InvalidOrderException if the order is refused because of its values
   */
  public Submitted submit(SubmitOrder wish) {
    refuseWhenStopping();
    WorkOrderSpec spec = specOf(wish);
    Instant now = now();
    WorkOrder order = WorkOrder.submitted(WorkOrderId.next(now), spec, wish.idempotencyKey(), now);
    Optional<WorkOrder> earlier =
        room.enter(
            () -> orders.insert(order),
            () ->
                wish.idempotencyKey()
                    .map(IdempotencyKey::key)
                    .flatMap(store.workOrders()::findByIdempotencyKey)
                    .or(() -> {
                      throw room.full();
                    }));
    if (earlier.isPresent()) {
      return new Submitted(view(sameRequest(earlier.get(), wish)), false);
    }
    queue.enqueued(order);
    return new Submitted(view(order), true);
  }

  /**
   * Returns the order that has the idempotency key of a new request.
   *
   * @throws AgentGateException if that order was another request
   */
  static WorkOrder sameRequest(WorkOrder earlier, SubmitOrder wish) {
    if (!earlier.idempotencyKey().equals(wish.idempotencyKey())) {
      throw new AgentGateException(
          Kind.IDEMPOTENCY_KEY_REUSED, "The idempotency key was used for another request");
    }
    return earlier;
  }

  /**
   * Returns what {@link #submit} would find wrong with an order's values.
   *
   * @return a sentence for each invalid value, keyed by the name of its field in the API
   */
  public Map<String, String> faults(SubmitOrder wish) {
    try {
      var _ = specOf(wish);
      return Map.of();
    } catch (InvalidOrderException invalid) {
      return invalid.faults();
    }
  }

  /**
   * Fills in the values that the client left to the service, and checks those that only the service
   * can check.
   *
   * @throws InvalidOrderException if a value is not valid
   */
  WorkOrderSpec specOf(SubmitOrder wish) {
    Map<String, String> faults = new LinkedHashMap<>();
    String agentType = wish.agentType().orElse(settings.defaultAgent());
    agents
        .find(agentType)
        .ifPresentOrElse(
            agent -> faults.putAll(faultsOf(wish.choices(), agentType, agent)),
            () ->
                faults.put(
                    "agentType",
                    "Unknown agent type: "
                        + agentType
                        + ". Known: "
                        + String.join(", ", agents.types())));
    Optional<WorkspaceSource> source = sourceOf(wish, faults);
    if (source.isPresent() && wish.publish().isPresent()) {
      PublishRules.faults(wish.publish().get(), source.get())
          .forEach((field, sentence) -> faults.put("publish." + field, sentence));
    }
    if (source.isEmpty() || !faults.isEmpty()) {
      throw new InvalidOrderException(faults);
    }
    RunLimits limits =
        new RunLimits(
            wish.maxTime().orElse(settings.maxTime()),
            wish.idleTimeout(),
            wish.queueTtl(),
            wish.maxAttempts().orElse(1),
            wish.retryOn(),
            wish.retryMode());
    return new WorkOrderSpec(
        wish.taskPrompt(),
        agentType,
        source.get(),
        limits,
        wish.choices(),
        wish.priority(),
        wish.labels(),
        wish.publish());
  }

  /** Returns what an agent cannot comply with. */
  private Map<String, String> faultsOf(AgentChoices choices, String agentType, AgentProfile agent) {
    Map<String, String> faults = new LinkedHashMap<>();
    if (choices.model().isPresent() && !agent.commands().takesModel()) {
      faults.put("config.model", "The agent " + agentType + " takes no model");
    }
    if (choices.maxCostUsd().isPresent() && !agents.knowsCost(agent, choices.model())) {
      faults.put(
          "config.maxCostUsd",
          "The agent "
              + agentType
              + " reports no cost, and "
              + choices
                  .model()
                  .map(model -> "no price is configured for the model " + model)
                  .orElse("the order names no model with a configured price"));
    }
    return faults;
  }

  private Optional<WorkspaceSource> sourceOf(SubmitOrder wish, Map<String, String> faults) {
    try {
      return Optional.of(sources.parse(wish.workspaceSource()));
    } catch (InvalidSourceException e) {
      String field = e.field().isEmpty() ? "" : "." + e.field();
      faults.put("workspaceSource" + field, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  public WorkOrderView get(WorkOrderId id) {
    return view(find(id));
  }

  /**
   * Returns the ids of matching orders, newest first.
   *
   * @param before return only orders older than this one
   */
  public WorkOrderIdPage list(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return store.workOrders().page(filter, before, limit);
  }

  /** Returns an order for a list; empty if it is gone or its file is damaged. */
  public Optional<WorkOrderView> listed(WorkOrderId id) {
    return store.workOrders().findListed(id).map(this::view);
  }

  /** Cancels a queued or running order; returns when its processes are gone. */
  public StopReport cancel(WorkOrderId id) {
    return cancelIf(id, WorkOrderFilter.ALL).orElseThrow();
  }

  /**
   * Cancels an order as {@link #cancel} does, but only while it matches.
   *
   * @return empty if the order does not match, or no longer
   */
  Optional<StopReport> cancelIf(WorkOrderId id, WorkOrderFilter filter) {
    long began = System.nanoTime();
    while (true) {
      WorkOrder order = find(id);
      if (!filter.matches(order)) {
        return Optional.empty();
      }
      switch (order.status()) {
        case QUEUED -> {
          WorkOrder cancelled = order.cancel(now());
          if (orders.change(order, cancelled)) {
            queue.wake();
            return Optional.of(
                new StopReport(false, List.of(), Duration.ofNanos(System.nanoTime() - began)));
          }
        }
        case RUNNING -> {
          Optional<EndAnswer> ended = end(order, EndCause.CANCEL, supervision.killGrace());
          if (ended.isPresent()) {
            WorkOrder after = ended.get().order();
            if (ended.get().report().survivors() > 0
                || after.status() == WorkOrderStatus.CANCELLED) {
              return ended.map(EndAnswer::report);
            }
          }
        }
        case COMPLETED, FAILED, CANCELLED -> throw alreadyTerminal(order);
      }
    }
  }

  /**
   * Kills a running order, which then fails; returns when its processes are gone.
   *
   * @param force whether to skip the grace
   */
  public StopReport kill(WorkOrderId id, boolean force) {
    while (true) {
      WorkOrder order = find(id);
      if (order.status() != WorkOrderStatus.RUNNING) {
        throw new AgentGateException(
            Kind.NOT_RUNNING,
            "Work order " + id + " is not running (status: " + order.status().wireName() + ")");
      }
      Duration grace = force ? Duration.ZERO : supervision.killGrace();
      Optional<EndAnswer> ended = end(order, EndCause.KILL, grace);
      if (ended.isPresent()) {
        return ended.get().report();
      }
    }
  }

  /**
   * Ends the run; returns empty if it ended in another way. The store then has the order's new
   * state.
   */
  private Optional<EndAnswer> end(WorkOrder order, EndCause why, Duration grace) {
    Optional<RunSupervisor> supervisor = supervision.slots().of(order.id());
    if (supervisor.isEmpty()) {
      // Its outcome was recorded a moment ago, or it has no supervisor and needs one before it can
      // end.
      queue.adopt(order.id());
      return Optional.empty();
    }
    Optional<EndAnswer> ended = supervisor.get().end(why, grace);
    if (ended.isEmpty()) {
      WorkOrder _ = supervisor.get().awaitRecorded();
    }
    return ended;
  }

  /**
   * Cancels the order if necessary, then removes it with its runs, logs and workspaces. If one of
   * their files cannot be removed, the order stays, so that it can be purged again.
   */
  public void purge(WorkOrderId id) {
    while (true) {
      WorkOrder order = find(id);
      if (order.status() == WorkOrderStatus.RUNNING) {
        int survivors =
            end(order, EndCause.CANCEL, supervision.killGrace())
                .map(ended -> ended.report().survivors())
                .orElse(0);
        if (survivors > 0) {
          throw new AgentGateException(
              Kind.CONFLICT,
              "Work order " + id + " was not purged: " + survivors + " of its processes live on");
        }
      } else {
        // Runs first: without the order, nobody would know to whom the remaining files belong.
        removeRuns(order);
        if (orders.remove(order)) {
          publications.forget(order.runs());
          queue.wake();
          return;
        }
      }
    }
  }

  /**
   * Removes everything that the runs of an order left behind.
   *
   * @throws AgentGateException if a part of it could not be removed
   */
  private void removeRuns(WorkOrder order) {
    List<RunId> left = new ArrayList<>();
    for (RunId run : order.runs()) {
      // The log goes last: it may explain why the workspace cannot be removed.
      if (!supervision.executor().discard(run) || !supervision.directories().remove(run)) {
        left.add(run);
      }
    }
    if (!left.isEmpty()) {
      LOG.warnf(
          "Work order %s is not purged: workspaces or logs of %s cannot be removed",
          order.id(), left);
      throw new AgentGateException(
          Kind.STORE_UNAVAILABLE,
          "Work order "
              + order.id()
              + " was not purged: a part of its workspaces or logs could not be removed");
    }
  }

  /**
   * Purges every order that matches now. An order that cannot be purged is reported, and the others
   * are purged.
   *
   * @param olderThan purge only orders whose last change is longer ago than this
   * @param dryRun whether to remove nothing
   * @return what was purged, or would be
   * @throws StoreUnavailableException if the store refuses every write; the message says how many
   *     orders were purged before
   */
  public PurgeReport purgeAll(
      WorkOrderFilter filter, Optional<Duration> olderThan, boolean dryRun) {
    if (dryRun && olderThan.isEmpty()) {
      long total = store.workOrders().page(filter, Optional.empty(), 1).total();
      return new PurgeReport(total, 0, List.of());
    }
    return new BatchPurge(
            store, filter, olderThan.map(now()::minus), dryRun ? id -> {} : this::purge)
        .run();
  }

  /**
   * Requests a run.
   *
   * @return the run, if one was started at once
   */
  public Optional<RunId> requestRun(WorkOrderId id) {
    refuseWhenStopping();
    while (true) {
      WorkOrder order = find(id);
      WorkOrder waiting =
          switch (order.status()) {
            case QUEUED -> order.expedite(now());
            case RUNNING ->
                throw new AgentGateException(
                    Kind.CONFLICT, "Work order " + id + " is already running");
            case COMPLETED, FAILED, CANCELLED -> order.requeue(now());
          };
      if (order.status() == WorkOrderStatus.QUEUED
          ? orders.change(order, waiting)
          : room.enter(() -> orders.change(order, waiting))) {
        Optional<RunId> started =
            order.status() == WorkOrderStatus.QUEUED
                ? queue.startNow(id).or(() -> runInProgress(id))
                : Optional.empty();
        queue.enqueued(waiting);
        return started;
      }
    }
  }

  /**
   * Requests a run that continues the last run of a finished order with another prompt.
   *
   * @throws AgentGateException if the order is not finished, or if the workspace is gone
   */
  public void followUp(WorkOrderId id, String prompt) {
    refuseWhenStopping();
    while (true) {
      WorkOrder order = find(id);
      if (!order.status().isTerminal()) {
        throw new AgentGateException(
            Kind.CONFLICT,
            "Work order " + id + " is not finished (status: " + order.status().wireName() + ")");
      }
      if (order.currentRun().filter(run -> canContinue(order, run)).isEmpty()) {
        throw new AgentGateException(
            Kind.CONFLICT,
            "Work order " + id + " cannot be continued: the workspace of its last run is gone");
      }
      WorkOrder waiting = order.followUp(prompt, now());
      if (room.enter(() -> orders.change(order, waiting))) {
        queue.enqueued(waiting);
        return;
      }
    }
  }

  private boolean canContinue(WorkOrder order, RunId run) {
    return supervision.executor().canContinue(order, run);
  }

  /** Returns the run of an order that the dispatcher has started meanwhile. */
  private Optional<RunId> runInProgress(WorkOrderId id) {
    return store
        .workOrders()
        .find(id)
        .filter(order -> order.status() == WorkOrderStatus.RUNNING)
        .flatMap(WorkOrder::currentRun);
  }

  /** Returns the runs of an order that are still kept, newest first. */
  public List<RunView> runs(WorkOrderId id) {
    List<RunView> views = new ArrayList<>();
    for (RunId run : find(id).runs().reversed()) {
      store.runs().find(run).map(this::view).ifPresent(views::add);
    }
    return views;
  }

  public RunView run(RunId id) {
    return store
        .runs()
        .find(id)
        .map(this::view)
        .orElseThrow(() -> new AgentGateException(Kind.NOT_FOUND, "Run " + id + " not found"));
  }

  /** Lets nothing new start until {@link #resume}; current runs continue. Survives a restart. */
  public void pause() {
    orders.setPaused(true);
  }

  public void resume() {
    orders.setPaused(false);
    queue.wake();
  }

  /** Refuses all requests that would begin something new from now on. */
  public void beginStopping() {
    stopping = true;
  }

  /** The result of {@link #submit}. */
  public record Submitted(WorkOrderView order, boolean created) {}

  /** Throws an exception once the service is stopping. */
  void refuseWhenStopping() {
    if (stopping) {
      throw new AgentGateException(Kind.STOPPING, "The service is stopping");
    }
  }

  private WorkOrder find(WorkOrderId id) {
    return store
        .workOrders()
        .find(id)
        .orElseThrow(
            () -> new AgentGateException(Kind.NOT_FOUND, "Work order " + id + " not found"));
  }

  private AgentGateException alreadyTerminal(WorkOrder order) {
    return new AgentGateException(
        Kind.CONFLICT,
        "Work order " + order.id() + " is already in terminal state: " + order.status().wireName());
  }

  WorkOrderView view(WorkOrder order) {
    return new WorkOrderView(
        order,
        store.queue().position(order.id()),
        QueueEntry.of(order).flatMap(QueueEntry::notBefore).filter(now()::isBefore),
        order.currentRun().flatMap(this::lastActivity),
        exitOf(order),
        results(order));
  }

  /** Returns the results of the last run, but with the usage of all runs that are still kept. */
  private RunResults results(WorkOrder order) {
    RunResults results = RunResults.NONE;
    Usage usage = Usage.UNKNOWN;
    for (RunId id : order.runs()) {
      Optional<Run> run = store.runs().find(id);
      if (run.isPresent()) {
        results = run.get().results();
        usage = usage.plus(results.usage());
      }
    }
    return results.used(usage);
  }

  private static Optional<ExitStatus> exitOf(WorkOrder order) {
    return switch (order.state()) {
      case Completed _ -> Optional.of(new ExitStatus(0));
      case Failed failed -> failed.exit();
      case Queued _, Running _, Cancelled _ -> Optional.empty();
    };
  }

  private Optional<Instant> lastActivity(RunId run) {
    return new RunLog(supervision.directories().of(run)).lastActivityAt();
  }

  private RunView view(Run run) {
    return new RunView(run, new RunLog(supervision.directories().of(run.id())).size());
  }

  private Instant now() {
    return supervision.clock().instant();
  }
}
