package dev.agentgate.execution.local;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.execution.Assignment;
import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.CollectedWork;
import dev.agentgate.execution.Execution;
import dev.agentgate.execution.Executor;
import dev.agentgate.execution.NotStartedException;
import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.local.RunWorkspaces.Prepared;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.FullDisk;
import dev.agentgate.linux.Shortage;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workspace.WorkspaceFailedException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Executes runs as processes of this machine, with workspaces on its disk. */
public final class LocalExecutor implements Executor {
  private final LinuxProcessManager processes;
  private final AgentLauncher launcher;
  private final RunDirectories directories;
  private final RunWorkspaces workspaces;
  private final LogCapper logCapper;
  private final AgentOutputs outputs;
  private final Clock clock;

  /** When this process of the service began. */
  private final Instant since;

  private final ConcurrentMap<RunId, LocalStart> starting = new ConcurrentHashMap<>();

  /**
   * @param clock tells the time for all runs
   */
  public LocalExecutor(
      LinuxProcessManager processes,
      AgentLauncher launcher,
      RunDirectories directories,
      RunWorkspaces workspaces,
      LogCapper logCapper,
      AgentOutputs outputs,
      Clock clock) {
    this.processes = processes;
    this.launcher = launcher;
    this.directories = directories;
    this.workspaces = workspaces;
    this.logCapper = logCapper;
    this.outputs = outputs;
    this.clock = clock;
    this.since = clock.instant();
  }

  @Override
  public Execution start(Assignment assignment) throws NotStartedException {
    LocalStart start = new LocalStart();
    starting.put(assignment.run(), start);
    try {
      if (!assignment.wanted().getAsBoolean()) {
        throw abandoned();
      }
      return start(assignment, start);
    } catch (WorkspaceFailedException e) {
      throw new NotStartedException(whyOf(e, Shortage.ofFiles(e), Why.WORKSPACE), e);
    } catch (SpawnFailedException e) {
      throw new NotStartedException(whyOf(e, Shortage.ofProcesses(e), Why.COMMAND), e);
    } catch (InterruptedException e) {
      throw abandoned();
    } finally {
      starting.remove(assignment.run(), start);
    }
  }

  private Execution start(Assignment assignment, LocalStart start)
      throws WorkspaceFailedException, SpawnFailedException, InterruptedException {
    long began = System.nanoTime();
    RunId run = assignment.run();
    WorkOrder order = assignment.order();
    RunDirectory directory;
    Prepared prepared;
    try {
      // Before the checkout, which may take minutes: a service that is killed meanwhile finds it.
      directory = madeDirectory(run);
      prepared = start.prepare(() -> workspaces.prepare(order, run));
    } finally {
      assignment.prepared().run();
    }
    Optional<AgentSession> session = sessionOf(prepared.continued(), assignment.session());
    SupervisedProcess process =
        start.launch(() -> {
          SpentTime.write(directory, elapsed(began));
          return launcher.launch(order, run, prepared.directory(), session);
        });
    // Nothing is looked up here: the agent runs, so a shortage must not look like a failed start.
    return watched(order, process, session, elapsed(began), Duration.ZERO, prepared.base());
  }

  private RunDirectory madeDirectory(RunId run) throws SpawnFailedException {
    try {
      return directories.create(run);
    } catch (UncheckedIOException e) {
      throw new SpawnFailedException("The directory of the run could not be created", e);
    }
  }

  private static Why whyOf(Exception failure, boolean noRoom, Why otherwise) {
    if (noRoom) {
      return Why.ROOM;
    }
    return FullDisk.isBehind(failure) ? Why.DISK : otherwise;
  }

  private static NotStartedException abandoned() {
    return new NotStartedException(Why.ABANDONED, "The run was stopped before its agent started");
  }

  @Override
  public void expectRun() {
    processes.expectStart();
  }

  @Override
  public Optional<Execution> adopt(WorkOrder order, Run run, Optional<AgentSession> session)
      throws NotStartedException {
    Optional<SupervisedProcess> found = looking(() -> processes.adopt(run.id()));
    if (found.isEmpty() && !mayHaveBegun(order, run)) {
      throw abandoned();
    }
    return found.map(process ->
        looking(() ->
            watched(
                order,
                process,
                sessionOf(workspaces.continues(run.id()), session),
                SpentTime.read(directories.of(run.id())),
                process.age(),
                workspaces.baseCommit(run.id()))));
  }

  /**
   * Whether the agent may have begun. The run script writes the process file before that, but a
   * power loss may have taken the file away.
   */
  private boolean mayHaveBegun(WorkOrder order, Run run) {
    return run.pid().isPresent()
        || !Files.notExists(directories.of(run.id()).processFile())
        || !(directories.isOfThisBoot(run.id()) || isClaimedHere(order, run));
  }

  /**
   * Whether this process claimed the run, so that its directory would be here. It may not know that
   * it did: the connection to the database may break in the middle of the claim.
   */
  private boolean isClaimedHere(WorkOrder order, Run run) {
    return !run.startedAt().isBefore(since)
        && order.state() instanceof Running running
        && run.instance().filter(running.lease()::isHeldBy).isPresent();
  }

  /**
   * @param before the age of the run when its process was started
   * @param age the age of the process
   */
  private Execution watched(
      WorkOrder order,
      SupervisedProcess process,
      Optional<AgentSession> session,
      Duration before,
      Duration age,
      Optional<String> base) {
    RunDirectory directory = directories.of(process.run());
    logCapper.watch(process.run());
    return new LocalExecution(
        processes,
        process,
        before,
        directory,
        outputs.of(order, directory, logCapper.log(process.run()), age, session),
        base,
        clock);
  }

  @Override
  public StopReport stop(RunId run, Duration grace) {
    LocalStart start = starting.get(run);
    if (start != null) {
      start.cutShort();
    }
    return looking(() -> processes.stop(run, grace));
  }

  @Override
  public Set<RunId> findRuns() {
    return looking(processes::findRuns);
  }

  @Override
  public void release(RunId run) {
    logCapper.finish(run);
    looking(() -> {
      processes.release(run);
      return run;
    });
  }

  @Override
  public Optional<CollectedWork> collect(RunId run, Duration limit) throws InterruptedException {
    return workspaces.collect(run, limit);
  }

  /** A session is not continued in a fresh checkout: it would look for files that are not there. */
  private static Optional<AgentSession> sessionOf(
      boolean continued, Optional<AgentSession> session) {
    return session.filter(_ -> continued);
  }

  @Override
  public RunId workspaceOf(RunId run) {
    return looking(() -> workspaces.owner(run));
  }

  @Override
  public boolean canContinue(WorkOrder order, RunId earlier) {
    return looking(() -> workspaces.isComplete(order, earlier));
  }

  @Override
  public boolean discard(RunId run) {
    boolean removed = looking(() -> workspaces.remove(run));
    // The cgroup may still have been in use when the run was released.
    looking(() -> {
      processes.release(run);
      return run;
    });
    return removed;
  }

  @Override
  public boolean discardHome(WorkOrderId order) {
    return workspaces.removeHome(order);
  }

  @Override
  public Set<WorkOrderId> ordersWithHome() {
    return looking(workspaces::homes);
  }

  @Override
  public void close() {
    processes.close();
  }

  private static <T> T looking(Supplier<T> look) {
    try {
      return look.get();
    } catch (CannotLookException e) {
      throw new CannotTellException(e);
    } catch (UncheckedIOException e) {
      throw Shortage.ofFiles(e) ? new CannotTellException(e) : e;
    }
  }

  private static Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }
}
