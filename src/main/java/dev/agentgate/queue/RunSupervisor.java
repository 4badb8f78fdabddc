package dev.agentgate.queue;

import dev.agentgate.execution.SpawnFailedException;
import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.SupervisedProcess;
import dev.agentgate.execution.SupervisedProcess.ProcessEnd;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.output.OutputWatch;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Attempt;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.WorkspaceFailedException;
import dev.agentgate.workspace.Workspaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Takes one run from its slot to the proof that nothing of it lives, on a virtual thread of its
 * own: it prepares the workspace, starts the agent, keeps its deadlines, sweeps what it left behind
 * and writes down how it ended. To end the run, ask {@link #end}; the supervisor alone settles the
 * order.
 */
final class RunSupervisor {
  private static final Logger LOG = Logger.getLogger(RunSupervisor.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(5);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final int SIGKILL = 9;

  /**
   * What the run script exits with when it cannot note that it begins; the agent is not started
   * then.
   */
  private static final int NOT_RECORDED = 125;

  private enum Phase {
    PREPARING,
    RUNNING,
    DECIDED
  }

  private final Supervision with;
  private final WorkOrder order;
  private final Attempt attempt;
  private final boolean adopting;
  private final long oomKillsBefore;

  /** Guards {@link #phase}, {@link #cause} and {@link #preparer}. */
  private final ReentrantLock lock = new ReentrantLock();

  private Phase phase = Phase.PREPARING;
  private @Nullable EndCause cause;
  private @Nullable Thread preparer;

  /**
   * Completed with the order after the run; failed if that could not be written at the first try.
   */
  private final CompletableFuture<WorkOrder> settled = new CompletableFuture<>();

  private final Optional<Object> directory;
  private volatile Instant runningSince;
  private volatile int survivors;
  private volatile @Nullable RuntimeException unwritten;

  /** Touched by the supervising thread alone. */
  private boolean toldThatItCannotLook;

  /** The run as its supervisor knows it; touched by the supervising thread alone. */
  private Run record;

  private RunSupervisor(Supervision with, WorkOrder order, Attempt attempt, boolean adopting) {
    this.with = with;
    this.order = order;
    this.attempt = attempt;
    this.adopting = adopting;
    this.directory =
        order.spec().workspaceSource() instanceof WorkspaceSource.Local local
            ? with.workspaces().identify(local)
            : Optional.empty();
    this.runningSince = attempt.startedAt();
    this.record = Run.preparing(run(), workOrder(), order.attempts(), attempt.startedAt());
    this.oomKillsBefore = with.outOfMemoryKills().count();
  }

  /**
   * For a run that is about to begin.
   *
   * @param order as it is once it runs
   */
  static RunSupervisor beginning(Supervision with, WorkOrder order, Attempt attempt) {
    return new RunSupervisor(with, order, attempt, false);
  }

  /**
   * For a run that an earlier service began.
   *
   * @param order running
   */
  static RunSupervisor adopting(Supervision with, WorkOrder order, Attempt attempt) {
    return new RunSupervisor(with, order, attempt, true);
  }

  WorkOrderId workOrder() {
    return order.id();
  }

  RunId run() {
    return attempt.run();
  }

  Optional<String> repository() {
    return order.spec().workspaceSource().repository();
  }

  /** Wakes the process that is to tell how the agent ended, if something stopped it. */
  void resumeLeader() {
    if (with.processes().resumeLeader(run())) {
      LOG.warnf("The leader of %s was stopped by a signal; it was made to go on", run());
    }
  }

  /** Which local directory it works in, as {@link Workspaces#identify} said when it began. */
  Optional<Object> directory() {
    return directory;
  }

  /**
   * Since when it runs, on the clock of this service; for a run that was taken over, from its age.
   */
  Instant runningSince() {
    return runningSince;
  }

  /** Processes that outlived the last try to stop them. */
  int survivors() {
    return survivors;
  }

  /** Why the end of the run could not be written yet; it is tried again every second. */
  Optional<RuntimeException> unwritten() {
    return Optional.ofNullable(unwritten);
  }

  /** Begins; call once. */
  void start() {
    Thread.ofVirtual().name(run().value()).start(this::superviseToTheEnd);
  }

  /**
   * Makes the run end, and waits for it: until its processes are gone and the order is settled, or
   * until it is clear that some cannot be killed.
   *
   * @return empty if the end was decided before
   * @throws StoreUnavailableException if the end could not be written yet; it will be
   */
  Optional<Ended> end(EndCause why, Duration grace) {
    if (!accept(why)) {
      return Optional.empty();
    }
    StopReport report = stop(modeOf(why), grace);
    return Optional.of(new Ended(report, report.survivors() > 0 ? order : awaitSettled()));
  }

  /**
   * Waits until the order is settled.
   *
   * @throws StoreUnavailableException if that could not be written yet; it will be
   */
  WorkOrder awaitSettled() {
    try {
      return settled.join();
    } catch (CompletionException e) {
      throw new StoreUnavailableException("The end of the run could not be written yet", e);
    }
  }

  /**
   * What came of a request to end.
   *
   * @param order as it is afterwards: the verdict may be another's
   */
  record Ended(StopReport report, WorkOrder order) {}

  private boolean accept(EndCause why) {
    lock.lock();
    try {
      if (phase == Phase.DECIDED) {
        return false;
      }
      if (cause == null || why.compareTo(cause) > 0) {
        cause = why;
        EndRequest.write(with.directories().of(run()), why);
      }
      if (preparer != null) {
        preparer.interrupt();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable EndCause cause() {
    lock.lock();
    try {
      return cause;
    } finally {
      lock.unlock();
    }
  }

  private StopReport stop(String mode, Duration grace) {
    StopReport report = with.processes().stop(run(), grace);
    survivors = report.survivors();
    with.orders().tell(observer -> observer.stopped(mode, report));
    return report;
  }

  private void superviseToTheEnd() {
    MDC.put(LogKeys.WORK_ORDER_ID, workOrder().value());
    MDC.put(LogKeys.RUN_ID, run().value());
    RunEnd end;
    try {
      end = adopting ? adoptAndWatch() : launchAndWatch();
    } catch (Exception e) {
      // An Error is not caught: it ends the service, and the next one takes the run over.
      LOG.errorf(e, "The supervisor of %s failed; its processes are stopped", run());
      end = new RunEnd.Vanished(now());
    }
    sweep();
    settle(end);
  }

  private RunEnd launchAndWatch() throws InterruptedException {
    long began = System.nanoTime();
    Path workspace;
    try {
      workspace = prepare();
    } catch (WorkspaceFailedException e) {
      if (elapsed(began).compareTo(limits().maxTime()) >= 0) {
        accept(EndCause.TIMEOUT);
      }
      return Shortage.ofFiles(e) ? noRoom(e) : notStarted(FailureReason.WORKSPACE_FAILED, e);
    } catch (InterruptedException e) {
      return new RunEnd.Abandoned(now());
    }
    SupervisedProcess process;
    lock.lock();
    try {
      // Held across the start: a request to end comes before it, and nothing starts, or after it,
      // and there is something to stop.
      if (cause != null) {
        return new RunEnd.Abandoned(now());
      }
      phase = Phase.RUNNING;
      SpentTime.write(with.directories().of(run()), elapsed(began));
      process = with.launcher().launch(order, run(), workspace);
    } catch (SpawnFailedException e) {
      return Shortage.ofProcesses(e) ? noRoom(e) : notStarted(FailureReason.SPAWN_FAILED, e);
    } finally {
      lock.unlock();
    }
    Duration spent = elapsed(began);
    Duration waited = Duration.between(order.queuedAt(), attempt.startedAt());
    with.orders().tell(observer -> observer.launched(waited.plus(spent), spent));
    remember(process);
    return watch(process, spent);
  }

  private RunEnd notStarted(FailureReason reason, Exception why) {
    return new RunEnd.NotStarted(
        FullDisk.isBehind(why) ? FailureReason.DISK_FULL : reason,
        String.valueOf(why.getMessage()),
        now());
  }

  private RunEnd noRoom(Exception why) {
    with.slots().noteShortage();
    LOG.warnf(
        "%s could not start for lack of resources, and its order waits again: %s",
        run(), why.getMessage());
    return new RunEnd.NoRoom(
        "The machine had no descriptors, processes or memory left to start the agent", now());
  }

  private Path prepare() throws WorkspaceFailedException, InterruptedException {
    lock.lock();
    try {
      if (cause != null) {
        throw new InterruptedException();
      }
      preparer = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      return with.workspaces().prepare(run(), order.spec().workspaceSource(), limits().maxTime());
    } finally {
      with.orders().tell(observer -> observer.checkedOut(order));
      lock.lock();
      try {
        preparer = null;
        // An interrupt that came too late to be noticed must not meet the next blocking call.
        boolean _ = Thread.interrupted();
      } finally {
        lock.unlock();
      }
    }
  }

  private RunEnd adoptAndWatch() throws InterruptedException {
    // A caller who was never answered meant it all the same, and the agent may have heard it.
    Optional<EndCause> asked = looking(() -> EndRequest.read(with.directories().of(run())));
    lock.lock();
    try {
      phase = Phase.RUNNING;
      if (cause == null) {
        cause = asked.orElse(null);
      }
    } finally {
      lock.unlock();
    }
    record = with.store().runs().find(run()).orElse(record);
    Optional<SupervisedProcess> found = looking(() -> with.processes().adopt(run()));
    if (found.isEmpty()) {
      return wasLaunched() ? new RunEnd.Vanished(now()) : new RunEnd.Abandoned(now());
    }
    SupervisedProcess process = found.get();
    with.orders().tell(QueueObserver::adopted);
    LOG.infof("Adopted %s, pid %d", run(), process.identity().pid());
    remember(process);
    Duration before = SpentTime.read(with.directories().of(run()));
    runningSince = now().minus(before).minus(process.age());
    return watch(process, before);
  }

  /**
   * Whether the agent may have begun its work. The run script writes the process file before it
   * does.
   */
  private boolean wasLaunched() {
    RunDirectory directory = with.directories().of(run());
    return !Files.isDirectory(directory.path())
        || Files.exists(directory.processFile())
        || record.pid().isPresent();
  }

  private void remember(SupervisedProcess process) {
    long pid = process.identity().pid();
    MDC.put(LogKeys.PID, Long.toString(pid));
    try {
      record = record.running(pid);
      with.orders().save(record);
    } catch (StoreUnavailableException e) {
      LOG.warnf("The record of %s could not be written: %s", run(), e.getMessage());
    }
  }

  /**
   * Waits for the end of the process and keeps the deadlines.
   *
   * @param before how much of {@code maxTime} was spent before the process started
   */
  private RunEnd watch(SupervisedProcess process, Duration before) throws InterruptedException {
    OutputWatch output = OutputWatch.begin(with.directories().of(run()), process.age());
    with.logCapper().watch(run());
    Duration wait = Duration.ZERO;
    while (true) {
      Optional<ProcessEnd> end;
      Duration age;
      try {
        end = process.awaitEnd(longer(SHORTEST_WAIT, wait));
        age = end.isPresent() ? Duration.ZERO : process.age();
      } catch (CannotLookException e) {
        // No conclusion: neither that it ended nor that its time is over.
        tellThatItCannotLook(e);
        pause();
        wait = Duration.ZERO;
        continue;
      }
      if (end.isPresent()) {
        return ended(end.get());
      }
      EndCause asked = cause();
      if (asked != null) {
        // Whoever asked stops the processes; this only covers that they did not get to it.
        stop(modeOf(asked), with.killGrace());
        wait = BETWEEN_TRIES;
        continue;
      }
      Duration left = limits().maxTime().minus(before).minus(age);
      Optional<Duration> idleLeft =
          limits().idleTimeout().map(limit -> limit.minus(output.silence()));
      if (!left.isPositive()) {
        accept(EndCause.TIMEOUT);
      } else if (idleLeft.filter(idle -> !idle.isPositive()).isPresent()) {
        accept(EndCause.IDLE_TIMEOUT);
      }
      wait = shorter(LONGEST_WAIT, shorter(left, idleLeft.orElse(LONGEST_WAIT)));
    }
  }

  /** Asks again and again while the service is too short of resources to see the answer. */
  private <T> T looking(Supplier<T> look) {
    while (true) {
      try {
        return look.get();
      } catch (CannotLookException e) {
        tellThatItCannotLook(e);
        pause();
      }
    }
  }

  private void tellThatItCannotLook(CannotLookException why) {
    if (!toldThatItCannotLook) {
      toldThatItCannotLook = true;
      LOG.warnf(
          "The service is too short of resources to look at %s, and looks again: %s",
          run(), why.getMessage());
    }
  }

  private RunEnd ended(ProcessEnd end) {
    if (end.exit().filter(exit -> exit.code() == NOT_RECORDED).isPresent()
        && !Files.exists(with.directories().of(run()).processFile())) {
      return new RunEnd.NotStarted(
          FailureReason.DISK_FULL, "The start of the run could not be written to the disk", now());
    }
    Instant at = end.at().isAfter(now()) ? now() : end.at();
    return end.exit()
        .<RunEnd>map(exit -> new RunEnd.Exited(exit, at, outOfMemory(exit)))
        .orElseGet(() -> new RunEnd.Vanished(at));
  }

  private boolean outOfMemory(ExitStatus exit) {
    return exit.signal().orElse(0) == SIGKILL && with.outOfMemoryKills().count() > oomKillsBefore;
  }

  /**
   * Nothing of a run outlives it: what an agent left behind goes at once, what was asked to end
   * may.
   */
  private void sweep() {
    Duration grace = cause() == null ? Duration.ZERO : with.killGrace();
    boolean told = false;
    while (!isSwept(grace)) {
      if (!told && survivors > 0) {
        LOG.errorf(
            "%d processes of %s cannot be killed; its slot stays taken until they are gone",
            survivors, run());
        told = true;
      }
      pause();
      grace = Duration.ZERO;
    }
  }

  private boolean isSwept(Duration grace) {
    try {
      if (stop("sweep", grace).survivors() > 0) {
        return false;
      }
      with.logCapper().finish(run());
      with.processes().release(run());
      return true;
    } catch (RuntimeException e) {
      LOG.errorf(e, "What %s left behind could not be stopped, retrying", run());
      return false;
    }
  }

  private void settle(RunEnd end) {
    EndCause decided;
    lock.lock();
    try {
      phase = Phase.DECIDED;
      decided = cause;
    } finally {
      lock.unlock();
    }
    Verdict verdict = Verdict.of(decided, end, limits());
    Instant at = decided == null ? endedAt(end) : now();
    while (true) {
      try {
        WorkOrder after = write(verdict, at, end.exitStatus());
        with.slots().free(this);
        settled.complete(after);
        with.slotFreed().run();
        return;
      } catch (RuntimeException e) {
        unwritten = e;
        if (settled.completeExceptionally(e)) {
          LOG.errorf("The end of %s cannot be written, retrying: %s", run(), e.getMessage());
        }
        pause();
      }
    }
  }

  /** Not before its start, but never in the future, where a start can lie by an earlier clock. */
  private Instant endedAt(RunEnd end) {
    Instant now = now();
    Instant at = end.at().isAfter(attempt.startedAt()) ? end.at() : attempt.startedAt();
    return at.isAfter(now) ? now : at;
  }

  private WorkOrder write(Verdict verdict, Instant at, Optional<ExitStatus> exit) {
    RunState.Ended end = verdict.runState(at, exit);
    with.orders().save(record.ended(end));
    while (true) {
      Optional<WorkOrder> current = with.store().workOrders().find(workOrder());
      if (current.isEmpty() || !isOurs(current.get())) {
        LOG.warnf("%s is no longer the run of %s", run(), workOrder());
        return current.orElse(order);
      }
      WorkOrder after = verdict.applyTo(current.get(), at, exit);
      if (with.orders().change(current.get(), after)) {
        with.orders().tell(observer -> observer.runEnded(current.get(), end));
        return after;
      }
    }
  }

  private boolean isOurs(WorkOrder current) {
    return current.state() instanceof Running running && running.current().run().equals(run());
  }

  private RunLimits limits() {
    return order.spec().limits();
  }

  private Instant now() {
    return with.clock().instant();
  }

  private static String modeOf(EndCause cause) {
    return cause.name().toLowerCase(Locale.ROOT);
  }

  private static void pause() {
    LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
  }

  private static Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
