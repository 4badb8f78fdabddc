package dev.agentgate.queue;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.Assignment;
import dev.agentgate.execution.Execution;
import dev.agentgate.execution.NotStartedException;
import dev.agentgate.execution.StopReport;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.DirectoryIdentity;
import dev.agentgate.workspace.Workspaces;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Takes one run from its slot to the proof that none of its processes is left, on a virtual thread
 * of its own: has the run executed, enforces its deadlines, removes what it left behind and records
 * its outcome. To end the run, call {@link #end}; only the supervisor decides what that means for
 * the order.
 */
final class RunSupervisor {
  private static final Logger LOG = Logger.getLogger(RunSupervisor.class);

  /** The longest time that collecting the changes of a run may take. */
  private static final Duration COLLECT = Duration.ofMinutes(2);

  /** The same while somebody waits for the end of the run. */
  private static final Duration COLLECT_AWAITED = Duration.ofSeconds(30);

  /** The same while the service is stopping. */
  private static final Duration COLLECT_STOPPING = Duration.ofSeconds(5);

  private final Supervision supervision;
  private final WorkOrder order;
  private final Attempt attempt;
  private final boolean adopting;

  /** The term of the lease in which the order was claimed. */
  private final long term;

  private final Optional<DirectoryIdentity> directory;
  private final RunRecord record;
  private final EndRequests requests;
  private final RunStopper stopper;
  private final OutcomeRecorder recorder;
  private final Patience patience;

  /** Empty until the run is started or adopted. Used by the supervisor's own thread only. */
  private @Nullable Execution watched;

  /**
   * Whether an earlier service recorded the outcome and died, or its machine did, before the order
   * knew it. Used by the supervisor's own thread only.
   */
  private boolean recordedEarlier;

  private volatile Instant runningSince;

  /** Whether the run was stopped because the lease is in doubt. */
  private volatile boolean fenced;

  private RunSupervisor(
      Supervision supervision, WorkOrder order, Attempt attempt, boolean adopting, long term) {
    this.supervision = supervision;
    this.order = order;
    this.attempt = attempt;
    this.adopting = adopting;
    this.term = term;
    this.directory =
        order.spec().workspaceSource() instanceof WorkspaceSource.Local local
            ? supervision.workspaces().identify(local)
            : Optional.empty();
    this.record =
        new RunRecord(
            supervision.store().runs(),
            supervision.orders(),
            ofThisInstance(
                Run.preparing(run(), workOrder(), order.attempts(), attempt.startedAt())),
            adopting);
    this.requests = new EndRequests(record);
    this.stopper = new RunStopper(supervision.executor(), supervision.orders(), run());
    this.recorder = new OutcomeRecorder(supervision, order, run(), record);
    this.patience = new Patience(run());
    this.runningSince = attempt.startedAt();
  }

  /** With a store of its own, an instance needs no name. */
  private Run ofThisInstance(Run run) {
    return supervision.store().instances().shared() ? run.at(supervision.store().instance()) : run;
  }

  /**
   * Creates the supervisor of a run that is about to begin.
   *
   * @param order the order in its running state
   * @param term the term of the lease before the order was claimed
   */
  static RunSupervisor beginning(
      Supervision supervision, WorkOrder order, Attempt attempt, long term) {
    return new RunSupervisor(supervision, order, attempt, false, term);
  }

  /**
   * Creates the supervisor of a run that an earlier service began.
   *
   * @param order the order, which must be running
   */
  static RunSupervisor adopting(Supervision supervision, WorkOrder order, Attempt attempt) {
    return new RunSupervisor(supervision, order, attempt, true, supervision.lease().term());
  }

  WorkOrderId workOrder() {
    return order.id();
  }

  RunId run() {
    return attempt.run();
  }

  /** Returns the order as it was when the supervisor was created. */
  WorkOrder order() {
    return order;
  }

  /** Returns the record of the run as it is now. */
  Run current() {
    return record.current();
  }

  String agentType() {
    return order.spec().agentType();
  }

  /**
   * Returns the local directory in which the run works, as {@link Workspaces#identify} identified
   * it when the supervisor was created.
   */
  Optional<DirectoryIdentity> directory() {
    return directory;
  }

  /**
   * Returns since when the run has been running, by this service's clock. For an adopted run this
   * is derived from its age.
   */
  Instant runningSince() {
    return runningSince;
  }

  /** Returns the number of processes that outlived the last attempt to stop them. */
  int survivors() {
    return stopper.survivors();
  }

  /** Returns why the outcome could not be written yet; writing is retried every second. */
  Optional<RuntimeException> unwritten() {
    return recorder.refusal();
  }

  /** Starts supervising; call once. */
  void start() {
    Thread.ofVirtual().name(run().value()).start(this::superviseToTheEnd);
  }

  /**
   * The result of a request to end the run.
   *
   * @param order the order afterwards; another request may have decided its state
   */
  record EndAnswer(StopReport report, WorkOrder order) {}

  /**
   * Ends the run and waits until its processes are gone and its outcome is recorded, or until it is
   * clear that some processes cannot be killed.
   *
   * @return empty if the outcome was already decided, or if another instance decides it
   * @throws StoreUnavailableException if the outcome could not be written yet; writing is being
   *     retried
   */
  Optional<EndAnswer> end(EndCause why, Duration grace) {
    if (!requests.add(why)) {
      return Optional.empty();
    }
    StopReport report = stopper.stop(why.wireName(), grace);
    if (report.survivors() > 0) {
      return Optional.of(new EndAnswer(report, order));
    }
    WorkOrder after = awaitRecorded();
    // What was stopped here proves nothing about a run of another instance.
    return recorder.isDisowned() ? Optional.empty() : Optional.of(new EndAnswer(report, after));
  }

  /**
   * Stops the run, because another instance may soon take its order over. Returns at once and never
   * waits for the store.
   */
  void fence(Duration grace) {
    fenced = true;
    Thread _ = stopper.stopForTheLease(grace);
  }

  /**
   * Stops the run and writes nothing more, because another instance has taken its order over.
   * Returns at once.
   *
   * @return the thread that stops it
   */
  Thread disown() {
    recorder.disown();
    return stopper.stopForTheLease(Duration.ZERO);
  }

  /**
   * Waits until the outcome is recorded.
   *
   * @throws StoreUnavailableException if it could not be written yet; writing is being retried
   */
  WorkOrder awaitRecorded() {
    return recorder.await();
  }

  private void superviseToTheEnd() {
    MDC.put(LogKeys.WORK_ORDER_ID, workOrder().value());
    MDC.put(LogKeys.RUN_ID, run().value());
    RunOutcome outcome;
    try {
      outcome = adopting ? adoptAndWatch() : startAndWatch();
    } catch (NotStartedException e) {
      outcome = notStarted(e);
    } catch (Exception e) {
      // An Error is not caught: it ends the service, and the next one adopts the run.
      LOG.errorf(e, "The supervisor of %s failed; its processes are stopped", run());
      outcome = RunOutcome.vanished(now());
    }
    // A run that was asked to end gets its grace; processes that an agent left behind get none.
    stopper.sweep(requests.strongest().isEmpty() ? Duration.ZERO : supervision.killGrace());
    if (recorder.isDisowned()) {
      LOG.warnf("%s was stopped here, because another instance owns its order now", run());
      recorder.leave(() -> supervision.slots().free(this));
      supervision.slotFreed().run();
      return;
    }
    RunOutcome decided = recordedEarlier ? outcome : decideAndCollect(outcome);
    WorkOrder after =
        recorder.record(
            decided,
            () -> supervision.brakes().ended(agentType(), decided),
            () -> supervision.slots().free(this));
    supervision.slotFreed().run();
    supervision.workspaceCleanup().ended(after, run());
  }

  private RunOutcome startAndWatch() throws NotStartedException, InterruptedException {
    long began = System.nanoTime();
    Execution execution;
    try {
      execution =
          supervision
              .executor()
              .start(
                  new Assignment(
                      order,
                      run(),
                      patience.look(this::session),
                      this::mayStart,
                      () -> supervision.orders().tell(observer -> observer.checkedOut(order))));
    } catch (NotStartedException e) {
      if (elapsed(began).compareTo(limits().maxTime()) >= 0) {
        requests.add(EndCause.TIMEOUT);
      }
      throw e;
    }
    Duration spent = elapsed(began);
    Duration waited = Duration.between(order.queuedAt(), attempt.startedAt());
    supervision.orders().tell(observer -> observer.launched(waited.plus(spent), spent));
    return watch(execution);
  }

  /**
   * Whether the agent may start. What was stopped for the lease never starts afterwards, although
   * the lease may have been renewed meanwhile.
   */
  private boolean mayStart() {
    return requests.strongest().isEmpty()
        && !fenced
        && !recorder.isDisowned()
        && supervision.lease().holdsSince(term);
  }

  private RunOutcome adoptAndWatch() throws NotStartedException, InterruptedException {
    Run noted = patience.look(record::load);
    if (noted.state() instanceof RunState.Ended(RunOutcome outcome)) {
      // A request to end the run comes too late.
      Optional<EndCause> _ = requests.decide();
      recordedEarlier = true;
      LOG.infof("%s had ended, and its recorded outcome counts", run());
      return outcome;
    }
    // The request counts even if its caller was never answered, and the agent may already have been
    // signalled.
    noted.endRequested().ifPresent(requests::addNoted);
    Optional<AgentSession> session = patience.look(this::session);
    Optional<Execution> found =
        patience.look(() -> supervision.executor().adopt(order, noted, session));
    if (found.isEmpty()) {
      return RunOutcome.vanished(now());
    }
    Execution execution = found.get();
    supervision.orders().tell(QueueObserver::adopted);
    LOG.infof("Adopted %s, %s", run(), execution.handle());
    runningSince = now().minus(patience.look(execution::age));
    return watch(execution);
  }

  /** Returns the agent's session in the run that this run continues. */
  private Optional<AgentSession> session() {
    return order
        .continuation()
        .flatMap(continuation -> supervision.store().runs().find(continuation.run()))
        .flatMap(earlier -> earlier.results().sessionId())
        .map(id -> new AgentSession(id, usedIn(id)));
  }

  private Usage usedIn(String session) {
    return order.runs().stream()
        .filter(earlier -> !earlier.equals(run()))
        .flatMap(earlier -> supervision.store().runs().find(earlier).stream())
        .map(Run::results)
        .filter(results -> results.sessionId().filter(session::equals).isPresent())
        .map(RunResults::usage)
        .reduce(Usage.UNKNOWN, Usage::plus);
  }

  private RunOutcome watch(Execution begun) throws InterruptedException {
    watched = begun;
    begun.handle().pid().ifPresent(pid -> MDC.put(LogKeys.PID, Long.toString(pid)));
    record.started(begun);
    return new RunWatch(
            begun,
            order.spec(),
            requests,
            patience,
            asked -> stopper.stop(asked.wireName(), supervision.killGrace()),
            record::reported)
        .awaitOutcome();
  }

  private RunOutcome notStarted(NotStartedException failure) {
    if (failure.why() == NotStartedException.Why.ROOM) {
      supervision.slots().noteShortage();
      LOG.warnf(
          "%s could not start for lack of resources, and its order waits again: %s",
          run(), failure.getMessage());
    }
    return Verdict.ofNotStarted(failure, now());
  }

  private RunOutcome decideAndCollect(RunOutcome outcome) {
    RunOutcome decided = decide(outcome, agentsVerdict());
    collect();
    return decided;
  }

  /** Completes what the agent has said about its work; returns how it ended according to it. */
  private AgentVerdict agentsVerdict() {
    Execution ended = watched;
    if (ended == null) {
      return AgentVerdict.UNKNOWN;
    }
    try {
      AgentVerdict verdict = patience.look(ended::verdict);
      record.reportedAll(ended.report());
      return verdict;
    } catch (RuntimeException e) {
      LOG.warnf(e, "The output of %s could not be read to its end", run());
      return AgentVerdict.UNKNOWN;
    }
  }

  /** Collects what the run changed. That never alters how the run ended. */
  private void collect() {
    try {
      supervision.executor().collect(run(), collectLimit()).ifPresent(record::collected);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.errorf(e, "The changes of %s could not be collected", run());
    }
  }

  private Duration collectLimit() {
    return requests
        .strongest()
        .map(asked -> asked == EndCause.INTERRUPT ? COLLECT_STOPPING : COLLECT_AWAITED)
        .orElse(COLLECT);
  }

  private RunOutcome decide(RunOutcome outcome, AgentVerdict verdict) {
    Instant now = now();
    return requests
        .decide()
        .map(cause -> Verdict.of(cause, now, outcome.exit(), order.spec()))
        .orElseGet(() ->
            // A run whose agent was never started just waits again.
            fenced && !(outcome instanceof RunOutcome.Interrupted)
                ? Verdict.ofLostLease(now, outcome.exit())
                : Verdict.of(verdict, outcome.endedAt(notBeforeTheStart(outcome.at(), now))));
  }

  /**
   * Returns a time of the end that is not before the start, but not in the future either: the start
   * may be, if it was noted by an earlier clock.
   */
  private Instant notBeforeTheStart(Instant end, Instant now) {
    Instant at = end.isAfter(attempt.startedAt()) ? end : attempt.startedAt();
    return at.isAfter(now) ? now : at;
  }

  private RunLimits limits() {
    return order.spec().limits();
  }

  private Instant now() {
    return supervision.clock().instant();
  }

  private static Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }
}
