package dev.agentgate.execution.local;

import dev.agentgate.execution.StopReport;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.ProcessTree.Entry;
import dev.agentgate.linux.Signals;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs agents as sessions of Linux processes: {@code setsid sh -c} with a script that records its
 * identity, runs the agent and records the agent's end, so that both records outlive the service.
 * Safe for use by many threads.
 *
 * <p>If the service crashes at any moment, {@link #adopt} finds the run: by what the script wrote,
 * or before that by the environment of its processes.
 */
public final class LinuxProcessManager {
  private static final Logger LOG = Logger.getLogger(LinuxProcessManager.class);
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final RunDirectories directories;
  private final Clock clock;

  /**
   * Determined in the background, because the test starts a process, which would delay the start.
   */
  private final CompletableFuture<Optional<CgroupTree>> cgroups;

  private final Duration killLimit;
  private final KernelFacts kernel = KernelFacts.read();
  private final Inheritance inheritance = Inheritance.read();
  private final RunScript script;
  private final Signals signals = new Signals();
  private final Set<Long> spared = ownLine();
  private final long ownSession =
      ProcessTree.read(ProcessHandle.current().pid()).map(Entry::session).orElse(0L);
  private final LaunchChecks checks = new LaunchChecks();
  private final ConcurrentMap<RunId, RunMembers> members = new ConcurrentHashMap<>();
  private final ConcurrentMap<RunId, ChildProcess> children = new ConcurrentHashMap<>();
  private final ConcurrentMap<RunId, RunStop> stops = new ConcurrentHashMap<>();

  /**
   * @param clock supplies the end of a process that left no file
   * @param lease the deadline of all runs, if each run is to have a dead man's switch
   */
  public LinuxProcessManager(RunDirectories directories, Clock clock, Optional<LeaseFile> lease) {
    this(directories, clock, lease, true, KILL_LIMIT);
  }

  /**
   * @param useCgroups false to behave as on a host without cgroups
   * @param killLimit how long SIGKILL is tried before survivors are counted
   */
  LinuxProcessManager(
      RunDirectories directories,
      Clock clock,
      Optional<LeaseFile> lease,
      boolean useCgroups,
      Duration killLimit) {
    this.directories = directories;
    this.clock = clock;
    this.script = new RunScript(lease);
    this.killLimit = killLimit;
    this.cgroups =
        CompletableFuture.supplyAsync(
            () -> findCgroups(useCgroups, directories),
            work -> Thread.ofVirtual().name("cgroup-probe").start(work));
  }

  private static Optional<CgroupTree> findCgroups(boolean use, RunDirectories directories) {
    Optional<CgroupTree> found = use ? CgroupTree.find(directories.root()) : Optional.empty();
    LOG.infof(
        "Runs are tracked by %s",
        found.isEmpty() ? "their session and environment" : "a cgroup of their own");
    return found;
  }

  private Optional<CgroupTree> cgroups() {
    return cgroups.join();
  }

  /** Prepares for a start in a moment. Returns at once. */
  void expectStart() {
    if (cgroups.isDone() && !cgroups.isCompletedExceptionally()) {
      cgroups().ifPresent(CgroupTree::expectEntry);
    }
  }

  /**
   * Returns the service and its ancestors. They never belong to a run, not even to one that started
   * the service.
   */
  private static Set<Long> ownLine() {
    Set<Long> line = new HashSet<>(Set.of(1L));
    for (Optional<ProcessHandle> at = Optional.of(ProcessHandle.current());
        at.isPresent();
        at = at.get().parent()) {
      line.add(at.get().pid());
    }
    return Set.copyOf(line);
  }

  /** Releases the kernel resources that all runs share, unless they are in use. Stops nothing. */
  void close() {
    cgroups().ifPresent(CgroupTree::close);
  }

  /** Whether runs get a cgroup on this host. */
  public boolean usesCgroups() {
    return cgroups().isPresent();
  }

  /**
   * Starts a run's command in its own session, and in its own cgroup if possible. Its output goes
   * straight to the run's log.
   *
   * @throws SpawnFailedException if the command cannot be started; nothing of it is alive then
   */
  SupervisedProcess start(LaunchRequest request) throws SpawnFailedException {
    RunId run = request.run();
    Path program = checks.programOf(request);
    RunDirectory directory = directories.create(run);
    Optional<RunCgroup> cgroup = cgroups().flatMap(tree -> tree.make(run));
    ProcessBuilder builder =
        new ProcessBuilder(
                script.commandLine(
                    directory, cgroup.orElse(null), kernel, inheritance, program, request))
            .directory(request.workspace().toFile())
            .redirectInput(request.input().map(Path::toFile).orElse(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.outputLog().toFile()))
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    // Variables that stay equal are not touched: Java then keeps their bytes in every locale.
    environment
        .entrySet()
        .removeIf(
            variable -> !variable.getValue().equals(request.environment().get(variable.getKey())));
    request.environment().forEach(environment::putIfAbsent);
    environment.putAll(RunScript.environment(request));
    environment.put("AGENTGATE_RUN_ID", run.value());
    RunMembers found = membersOf(run);
    // A stop that arrives during the start waits here until it can find the process.
    synchronized (found) {
      Process process;
      try {
        makeLog(directory);
        process = builder.start();
      } catch (IOException e) {
        cgroup.ifPresent(RunCgroup::remove);
        members.remove(run);
        throw new SpawnFailedException(LaunchChecks.reason(e), e);
      }
      ProcessIdentity identity = identify(process);
      found.lead(identity, request.workspace());
      ChildProcess child = new ChildProcess(run, process, identity, clock);
      children.put(run, child);
      return child;
    }
  }

  /**
   * Returns the identity of a process that was just started. The process is a child of the service,
   * so it can be read even if it has ended, unless Java has already reaped it.
   */
  private ProcessIdentity identify(Process process) {
    while (true) {
      try {
        long ticks = ProcessTree.read(process.pid()).map(Entry::startTicks).orElse(0L);
        return new ProcessIdentity(process.pid(), ticks, kernel.bootId());
      } catch (CannotLookException e) {
        // The process is running, so its start cannot be undone without reading this either.
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }

  private static void makeLog(RunDirectory directory) throws IOException {
    try {
      Files.createFile(
          directory.outputLog(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // Output of an earlier start is kept.
    }
  }

  /**
   * Finds the process of a run that an earlier process of the service started: alive, or ended with
   * an exit status on disk or by its dead man's switch.
   *
   * @return empty if there is neither: the process vanished or was never started
   */
  Optional<SupervisedProcess> adopt(RunId run) {
    ChildProcess child = children.get(run);
    if (child != null) {
      return Optional.of(child);
    }
    RunDirectory directory = directories.of(run);
    Optional<RunScript.Leader> noted = RunScript.readLeader(directory);
    Optional<ProcessIdentity> living =
        noted.flatMap(leader -> leader.find(run, kernel.bootId())).or(() -> findLeader(run));
    if (living.isPresent()) {
      ProcessIdentity identity = living.get();
      membersOf(run)
          .lead(identity, ProcessTree.workingDirectory(identity.pid()).map(Path::of).orElse(null));
      return Optional.of(new AdoptedProcess(run, identity, directory, clock, kernel.bootId()));
    }
    if (RunScript.readExit(directory).isEmpty() && !RunScript.wasEndedBySwitch(directory)) {
      return Optional.empty();
    }
    return Optional.of(
        new AdoptedProcess(run, AdoptedProcess.ended(noted), directory, clock, kernel.bootId()));
  }

  /** Finds a leader that has not written its file yet, or whose file the agent removed. */
  private Optional<ProcessIdentity> findLeader(RunId run) {
    String mark = RunMarks.of(run);
    return ProcessTree.look().entries().stream()
        .filter(Entry::lives)
        .filter(entry -> !spared.contains(entry.pid()))
        .filter(entry -> RunMarks.isMarked(ProcessTree.environment(entry.pid()), mark))
        .filter(RunScript::isRunBy)
        .min(Comparator.comparingLong(Entry::startTicks).thenComparingLong(Entry::pid))
        .map(entry -> new ProcessIdentity(entry.pid(), entry.startTicks(), kernel.bootId()));
  }

  /**
   * Stops a run: sends SIGTERM and SIGCONT, waits for the grace, then sends SIGKILL until no
   * process of the run is left. If two callers stop the same run, the shorter grace applies to
   * both. Also stops what a finished run left behind, and a {@code git} that is still checking out
   * its workspace.
   *
   * @param grace between SIGTERM and SIGKILL; zero: SIGKILL at once
   */
  StopReport stop(RunId run, Duration grace) {
    RunMembers found = membersOf(run);
    RunStop mine = new RunStop(found, signals, grace, killLimit);
    RunStop other = stops.putIfAbsent(run, mine);
    if (other != null) {
      return other.join(grace);
    }
    try {
      StopReport report = mine.perform();
      if (report.survivors() > 0) {
        LOG.errorf(
            "%d processes of a run could not be killed: runId=%s, %s",
            report.survivors(), run, report.alive());
      } else if (!found.areProvenGone()) {
        found.reportStrangers();
      }
      return report;
    } finally {
      stops.remove(run, mine);
    }
  }

  /**
   * Resumes the leader of the run if it is stopped, because it could not report the end of its
   * agent. The agent itself is not touched.
   *
   * @return whether the leader was stopped
   */
  boolean resumeLeader(RunId run) {
    RunMembers found = members.get(run);
    Optional<Entry> stopped =
        found == null ? Optional.empty() : found.leader().filter(Entry::isStopped);
    stopped.ifPresent(signals::resume);
    return stopped.isPresent();
  }

  /** Whether someone is stopping this run now. */
  boolean isStopping(RunId run) {
    return stops.containsKey(run);
  }

  /** Returns the number of live processes of the run. */
  int count(RunId run) {
    return membersOf(run).look().living().size();
  }

  /**
   * Returns every run with a live process on this machine, including runs of an earlier process of
   * the service.
   */
  Set<RunId> findRuns() {
    Set<RunId> runs = new HashSet<>();
    cgroups()
        .ifPresent(tree ->
            tree.runs().stream().filter(run -> tree.of(run).isPopulated()).forEach(runs::add));
    for (Entry entry : ProcessTree.look().entries()) {
      if (entry.lives() && !spared.contains(entry.pid())) {
        String environment = ProcessTree.environment(entry.pid());
        RunMarks.run(environment).filter(run -> isOurs(run, environment)).ifPresent(runs::add);
        logsWrittenBy(entry)
            .map(directories::runOfLog)
            .flatMap(Optional::stream)
            .forEach(runs::add);
      }
    }
    return Set.copyOf(runs);
  }

  private Stream<String> logsWrittenBy(Entry entry) {
    Predicate<String> log = file -> directories.runOfLog(file).isPresent();
    return entry.session() == ownSession
        ? ProcessTree.outputs(entry.pid(), log)
        : ProcessTree.writtenFiles(entry.pid(), log);
  }

  /**
   * Whether a marked process belongs to this service's data and not to another service on this
   * host.
   */
  private boolean isOurs(RunId run, String environment) {
    RunDirectory directory = directories.of(run);
    return RunMarks.promptFile(environment)
        .map(file -> file.equals(directory.promptFile().toString()))
        .orElseGet(() -> Files.exists(directory.path()));
  }

  /** Removes the run's cgroup. Call it when nothing of the run is alive. Idempotent. */
  void release(RunId run) {
    if (cgroups().filter(tree -> !tree.of(run).remove()).isPresent()) {
      LOG.debugf("The cgroup of a run is still in use: runId=%s", run);
    }
    members.remove(run);
    children.remove(run);
  }

  private RunMembers membersOf(RunId run) {
    return members.computeIfAbsent(
        run,
        id ->
            new RunMembers(
                id,
                directories.of(id),
                cgroups().map(tree -> tree.of(id)),
                spared,
                ownSession,
                kernel.bootId(),
                script.hasSwitch()));
  }
}
