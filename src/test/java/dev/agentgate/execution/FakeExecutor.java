package dev.agentgate.execution;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.workorder.Continuation;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Agents that end when the test says so. */
public final class FakeExecutor implements Executor {
  /** So long after its SIGTERM an agent that was asked to end is dead. */
  private static final Duration TOOK = Duration.ofMillis(1);

  /** What outlives this process of the service: the agents, and which runs have none yet. */
  private final Map<RunId, FakeExecution> executions;

  private final Set<RunId> notStarted;
  private final Map<RunId, Thread> preparing = new ConcurrentHashMap<>();
  private final List<RunId> started = new CopyOnWriteArrayList<>();
  private final Set<WorkOrderId> homes = ConcurrentHashMap.newKeySet();
  private final Set<RunId> discarded = ConcurrentHashMap.newKeySet();
  private volatile @Nullable NotStartedException refusal;
  private volatile Runnable beforeStarting = () -> {};
  private volatile CountDownLatch checkout = new CountDownLatch(0);
  private volatile int survivors;
  private volatile boolean blind;
  private volatile boolean stuck;
  private final Map<RunId, CollectedWork> collected = new ConcurrentHashMap<>();
  private final Map<RunId, RunId> owners = new ConcurrentHashMap<>();
  private final Map<RunId, AgentSession> sessions = new ConcurrentHashMap<>();
  private final Set<RunId> uncollectable = ConcurrentHashMap.newKeySet();
  private final Set<RunId> resisting = ConcurrentHashMap.newKeySet();

  private final AtomicInteger expected = new AtomicInteger();

  public FakeExecutor() {
    this(new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet());
  }

  private FakeExecutor(Map<RunId, FakeExecution> executions, Set<RunId> notStarted) {
    this.executions = executions;
    this.notStarted = notStarted;
  }

  /** What the next process of the service has: the agents outlive this one. */
  public FakeExecutor restarted() {
    return new FakeExecutor(executions, notStarted);
  }

  /** Refuses every start. */
  public void refuse(Why why, String message) {
    refusal = new NotStartedException(why, message);
  }

  public void refuseNothing() {
    refusal = null;
  }

  /** Does something before a run begins to be one that can be stopped. */
  public void beforeStarting(Runnable what) {
    beforeStarting = what;
  }

  /** Lets every checkout wait from now on. */
  public void blockCheckouts() {
    checkout = new CountDownLatch(1);
  }

  /** How many processes of a run no signal ends. */
  public void keepAlive(int count) {
    survivors = count;
  }

  /** Whether nothing can be seen. */
  public void blind(boolean value) {
    blind = value;
  }

  /** Whether no workspace can be removed. */
  public void stuck(boolean value) {
    stuck = value;
  }

  /** Makes the workspace of one run impossible to remove. */
  public void stuck(RunId run) {
    resisting.add(run);
  }

  /** Every run whose agent was started. */
  public List<RunId> started() {
    return List.copyOf(started);
  }

  /** How often a run was expected. */
  public int expected() {
    return expected.get();
  }

  /** Every run whose workspace was removed. */
  public Set<RunId> discarded() {
    return Set.copyOf(discarded);
  }

  /** Whether the agent of a run lives. */
  public boolean lives(RunId run) {
    FakeExecution execution = executions.get(run);
    return execution != null && execution.lives();
  }

  /** Ends the agent of a run. */
  public void exit(RunId run, int code) {
    of(run).end(Optional.of(new ExitStatus(code)));
  }

  /** Makes the agent of a run vanish. */
  public void vanish(RunId run) {
    of(run).end(Optional.empty());
  }

  /** Makes the agent of a run write something. */
  public void write(RunId run) {
    of(run).wroteNanos = System.nanoTime();
  }

  /** Makes the agent of a run say something about its work. */
  public void say(RunId run, AgentReport report, AgentVerdict verdict) {
    of(run).report = report;
    of(run).verdict = verdict;
  }

  /** Makes a run leave something in its workspace. */
  public void leave(RunId run, CollectedWork work) {
    collected.put(run, work);
  }

  /** The session that a run was told to continue. */
  public Optional<AgentSession> sessionOf(RunId run) {
    return Optional.ofNullable(sessions.get(run));
  }

  /** Makes it impossible to collect what a run left. */
  public void failToCollect(RunId run) {
    uncollectable.add(run);
  }

  private FakeExecution of(RunId run) {
    return Objects.requireNonNull(executions.get(run));
  }

  @Override
  public Execution start(Assignment assignment) throws NotStartedException {
    beforeStarting.run();
    RunId run = assignment.run();
    WorkOrder order = assignment.order();
    order
        .continuation()
        .map(Continuation::run)
        .filter(earlier -> canContinue(order, earlier))
        .ifPresent(earlier -> owners.put(run, workspaceOf(earlier)));
    assignment.session().ifPresent(session -> sessions.put(run, session));
    notStarted.add(run);
    preparing.put(run, Thread.currentThread());
    try {
      if (!assignment.wanted().getAsBoolean()) {
        throw new InterruptedException();
      }
      checkout.await();
      assignment.prepared().run();
      NotStartedException failure = refusal;
      if (failure != null) {
        throw failure;
      }
      synchronized (this) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        preparing.remove(run);
        started.add(run);
        notStarted.remove(run);
        return executions.computeIfAbsent(run, _ -> new FakeExecution(this));
      }
    } catch (InterruptedException e) {
      throw new NotStartedException(Why.ABANDONED, "The run was stopped");
    } finally {
      preparing.remove(run);
    }
  }

  @Override
  public void expectRun() {
    expected.incrementAndGet();
  }

  @Override
  public Optional<Execution> adopt(WorkOrder order, Run run, Optional<AgentSession> session)
      throws NotStartedException {
    if (notStarted.contains(run.id())) {
      throw new NotStartedException(Why.ABANDONED, "The run was never started");
    }
    return Optional.ofNullable(executions.get(run.id()))
        .filter(execution -> !execution.vanished())
        .map(Execution.class::cast);
  }

  @Override
  public synchronized StopReport stop(RunId run, Duration grace) {
    if (blind) {
      throw new CannotTellException(new IllegalStateException());
    }
    Thread preparer = preparing.get(run);
    if (preparer != null) {
      preparer.interrupt();
    }
    FakeExecution execution = executions.get(run);
    if (execution == null || !execution.lives()) {
      return new StopReport(false, List.of(), TOOK);
    }
    List<String> alive = new CopyOnWriteArrayList<>();
    for (int i = 0; i < survivors; i++) {
      alive.add("process " + i);
    }
    if (alive.isEmpty()) {
      execution.end(Optional.of(new ExitStatus(grace.isZero() ? 137 : 143)));
    }
    return new StopReport(true, alive, TOOK);
  }

  @Override
  public Set<RunId> findRuns() {
    return executions.keySet().stream().filter(this::lives).collect(Collectors.toSet());
  }

  @Override
  public void release(RunId run) {}

  @Override
  public Optional<CollectedWork> collect(RunId run, Duration limit) {
    if (uncollectable.contains(run)) {
      throw new IllegalStateException("The workspace cannot be read");
    }
    return Optional.ofNullable(collected.get(run));
  }

  @Override
  public RunId workspaceOf(RunId run) {
    return owners.getOrDefault(run, run);
  }

  @Override
  public boolean canContinue(WorkOrder order, RunId earlier) {
    return started.contains(workspaceOf(earlier)) && !discarded.contains(workspaceOf(earlier));
  }

  @Override
  public boolean discard(RunId run) {
    if (stuck || resisting.contains(run)) {
      return false;
    }
    discarded.add(workspaceOf(run));
    return true;
  }

  @Override
  public boolean discardHome(WorkOrderId order) {
    homes.remove(order);
    return !stuck;
  }

  @Override
  public Set<WorkOrderId> ordersWithHome() {
    return Set.copyOf(homes);
  }

  /** Returns the homes of orders, to which a test may add. */
  public Set<WorkOrderId> homes() {
    return homes;
  }

  @Override
  public void close() {}

  private static final class FakeExecution implements Execution {
    private final FakeExecutor executor;
    private final long startedNanos = System.nanoTime();
    private final AtomicReference<@Nullable RunOutcome> outcome = new AtomicReference<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile long wroteNanos = startedNanos;
    private volatile AgentReport report = AgentReport.EMPTY;
    private volatile AgentVerdict verdict = AgentVerdict.UNKNOWN;

    private FakeExecution(FakeExecutor executor) {
      this.executor = executor;
    }

    private boolean lives() {
      return over.getCount() > 0;
    }

    private boolean vanished() {
      return !lives() && Optional.ofNullable(outcome.get()).flatMap(RunOutcome::exit).isEmpty();
    }

    private void end(Optional<ExitStatus> exit) {
      outcome.compareAndSet(
          null,
          exit.map(status -> RunOutcome.exited(Instant.now(), status, false))
              .orElseGet(() -> RunOutcome.vanished(Instant.now())));
      over.countDown();
    }

    @Override
    public ExecutionHandle handle() {
      return new ExecutionHandle("pid 4711", OptionalLong.of(4711));
    }

    @Override
    public Duration age() {
      return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    @Override
    public Duration silence() {
      return Duration.ofNanos(System.nanoTime() - wroteNanos);
    }

    @Override
    public Optional<String> baseCommit() {
      return Optional.empty();
    }

    @Override
    public AgentReport report() {
      return report;
    }

    @Override
    public AgentVerdict verdict() {
      return verdict;
    }

    @Override
    public Optional<RunOutcome> awaitEnd(Duration atMost) throws InterruptedException {
      if (executor.blind) {
        throw new CannotTellException(new IllegalStateException());
      }
      return over.await(atMost.toNanos(), TimeUnit.NANOSECONDS)
          ? Optional.ofNullable(outcome.get())
          : Optional.empty();
    }
  }
}
