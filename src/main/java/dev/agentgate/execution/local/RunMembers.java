package dev.agentgate.execution.local;

import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.ProcessTree.Entry;
import dev.agentgate.linux.Pursuit;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the processes of one run. A process belongs to the run if it is in the run's cgroup or in
 * the session of its leader, has the run's id in its environment, has the run's log open for
 * writing, was seen to belong before, or descends from a process that belongs. A process that cut
 * all these ties and merely has its working directory in the run's workspace is reported but not
 * killed, because it may be a person's shell.
 *
 * <p>Safe for use by many threads.
 */
final class RunMembers {
  private static final Logger LOG = Logger.getLogger(RunMembers.class);

  /** If processes end during each of this many readings, the host is too busy to prove anything. */
  private static final int MOST_READINGS = 100;

  /**
   * A process that keeps forking and ending is listed only after its end; longer looks find no
   * more.
   */
  private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final RunId run;
  private final RunDirectory directory;
  private final String log;
  private final String removedLog;
  private final @Nullable RunCgroup cgroup;
  private final Set<Long> spared;
  private final long ownSession;
  private final String bootId;
  private final boolean guarded;

  /** The processes seen to belong. Guarded by this. */
  private final Map<Long, Entry> known = new HashMap<>();

  /** Guarded by this. */
  private @Nullable ProcessIdentity leader;

  /** Guarded by this. */
  private @Nullable Path workspace;

  /** The dead man's switch of the run, once it was seen. Guarded by this. */
  private @Nullable Entry guard;

  /**
   * @param cgroup empty if there cannot be one
   * @param spared processes that never belong: the service and its ancestors
   * @param ownSession the session of the service; no process of a run can be in it
   * @param bootId the id of this boot
   * @param guarded whether the run may have a dead man's switch
   */
  RunMembers(
      RunId run,
      RunDirectory directory,
      Optional<RunCgroup> cgroup,
      Set<Long> spared,
      long ownSession,
      String bootId,
      boolean guarded) {
    this.run = run;
    this.directory = directory;
    this.log = directory.outputLog().toString();
    this.removedLog = log + " (deleted)";
    this.cgroup = cgroup.orElse(null);
    this.spared = spared;
    this.ownSession = ownSession;
    this.bootId = bootId;
    this.guarded = guarded;
  }

  /** Sets the leader of the run's session and its working directory. */
  synchronized void lead(ProcessIdentity leader, @Nullable Path workspace) {
    this.leader = leader;
    this.workspace = workspace;
  }

  /** Returns the current state of the leader of the run's session. */
  Optional<Entry> leader() {
    ProcessIdentity first;
    synchronized (this) {
      first = leader;
    }
    if (first == null || !first.bootId().equals(bootId)) {
      return Optional.empty();
    }
    return ProcessTree.read(first.pid())
        .filter(entry -> entry.startTicks() == first.startTicks())
        .filter(Entry::lives);
  }

  /**
   * Whether it is cheaply proven that nothing of the run is alive: its leader entered the cgroup
   * before the agent started, and the cgroup is empty now. If false, a full look is needed.
   */
  boolean areProvenGone() {
    return cgroup != null
        && !cgroup.isPopulated()
        && RunScript.readLeader(directory).filter(RunScript.Leader::entered).isPresent();
  }

  /** Whether the run may have a dead man's switch, which lives until the run is proven dead. */
  boolean isGuarded() {
    return guarded;
  }

  /**
   * Returns the processes without the dead man's switch. The switch leads a session that no other
   * process can join. A child that it has just forked looks like it, but leads no session.
   */
  synchronized Map<Long, Entry> withoutSwitch(Map<Long, Entry> processes) {
    if (!guarded) {
      return processes;
    }
    if (guard == null) {
      guard =
          processes.values().stream()
              .filter(entry -> entry.session() == entry.pid())
              .filter(RunScript::isSwitch)
              .findAny()
              .orElse(null);
    }
    if (guard == null) {
      return processes;
    }
    long session = guard.pid();
    Map<Long, Entry> others = new HashMap<>(processes);
    others.values().removeIf(entry -> entry.pid() == session || entry.session() == session);
    return others;
  }

  /** Whether one of the processes will be the switch or the agent, but is not yet. */
  boolean isForking(Map<Long, Entry> processes) {
    if (!guarded) {
      return false;
    }
    long first = leader().map(Entry::pid).orElse(0L);
    return withoutSwitch(processes).values().stream()
        .anyMatch(entry -> entry.pid() != first && isBecomingAnother(entry));
  }

  /** Whether a process may be about to run another program. In that moment it has no arguments. */
  private static boolean isBecomingAnother(Entry process) {
    return RunScript.isRunBy(process)
        || RunScript.isSwitch(process)
        || (ProcessTree.arguments(process.pid()).isEmpty() && ProcessTree.lives(process));
  }

  /**
   * Returns the processes in the cgroup if they are all of the dead man's switch; empty otherwise.
   * Cheaper than a look, because it reads only these processes.
   */
  Map<Long, Entry> loneSwitch() {
    if (!guarded || cgroup == null) {
      return Map.of();
    }
    Map<Long, Entry> inside = new HashMap<>();
    cgroup.processes().stream()
        .map(ProcessTree::read)
        .flatMap(Optional::stream)
        .forEach(entry -> inside.put(entry.pid(), entry));
    return withoutSwitch(inside).isEmpty() ? inside : Map.of();
  }

  /**
   * The result of a look.
   *
   * @param living the live processes by pid
   * @param complete false if processes ended before they could be read, so that there may be more
   */
  record Found(Map<Long, Entry> living, boolean complete) {}

  /** Finds all live processes and remembers them. */
  Found look() {
    return look(seen -> {});
  }

  /**
   * Finds all live processes and remembers them.
   *
   * @param onSight called for each at once, before it can fork and end
   */
  synchronized Found look(Consumer<Entry> onSight) {
    ProcessTree tree = new ProcessTree();
    Map<Long, Entry> members = new HashMap<>();
    Set<Long> asked = new HashSet<>();
    boolean complete = false;
    long began = System.nanoTime();
    for (int reading = 0;
        reading < MOST_READINGS && !complete && System.nanoTime() - began < LONGEST_LOOK_NANOS;
        reading++) {
      ProcessTree.Reading news = tree.readOn();
      complete = !news.vanished();
      Set<Long> inside = cgroup == null ? Set.of() : new HashSet<>(cgroup.processes());
      Ties ties = ties(tree::find);
      for (Entry entry : news.entries()) {
        if (entry.lives() && !spared.contains(entry.pid())) {
          String environment = ProcessTree.environment(entry.pid());
          if (wasKnown(entry) || inside.contains(entry.pid()) || ties.hold(entry, environment)) {
            onSight.accept(entry);
            members.put(entry.pid(), entry);
          } else if (environment.isEmpty() && !entry.isOfKernel() && !ProcessTree.lives(entry)) {
            complete = false;
          }
        }
      }
      if (members.isEmpty() && complete) {
        // Asked last and only for a proof, because it costs more than the other ties together.
        List<Entry> unasked =
            tree.entries().stream()
                .filter(entry -> ties.canWriteLog(entry) && !spared.contains(entry.pid()))
                .filter(entry -> entry.lives() && asked.add(entry.pid()))
                .toList();
        for (Entry entry : unasked) {
          if (ties.holdByLimit(entry.pid()) || ties.holdByAnyDescriptor(entry)) {
            onSight.accept(entry);
            members.put(entry.pid(), entry);
          } else if (!ProcessTree.lives(entry)) {
            complete = false;
          }
        }
      }
    }
    tree.close(members, spared);
    members.values().removeIf(entry -> !entry.lives());
    known.clear();
    known.putAll(members);
    return new Found(members, complete);
  }

  /**
   * Kills processes that fork and end faster than a look can find them.
   *
   * @param longest the longest time to spend
   * @return the number of processes killed
   */
  int pursue(Duration longest) {
    Ties ties;
    synchronized (this) {
      ties = ties(ProcessTree::read);
    }
    int killed = Pursuit.pursue(pid -> !spared.contains(pid) && ties.hold(pid), longest);
    LOG.debugf("Caught %d processes in flight: runId=%s", killed, run);
    return killed;
  }

  private boolean isLog(String file) {
    return file.equals(log) || file.equals(removedLog);
  }

  private boolean wasKnown(Entry entry) {
    Entry before = known.get(entry.pid());
    return before != null && before.isSameProcess(entry);
  }

  private Ties ties(LongFunction<Optional<Entry>> find) {
    ProcessIdentity first = leader != null ? leader : notedLeader();
    if (first == null || !first.bootId().equals(bootId)) {
      return new Ties(0, 0);
    }
    // A session's number is not reused while a process is in it. So if another process has the
    // leader's pid, it leads another session.
    boolean reused =
        find.apply(first.pid()).filter(e -> e.startTicks() != first.startTicks()).isPresent();
    return new Ties(reused ? 0 : first.pid(), first.startTicks());
  }

  /**
   * Returns the leader that the run's file names, alive or gone. If another process has its pid,
   * the session is another one too.
   */
  private @Nullable ProcessIdentity notedLeader() {
    Optional<RunScript.Leader> noted = RunScript.readLeader(directory);
    return noted
        .flatMap(first -> first.find(run, bootId))
        .or(() ->
            noted
                .filter(first -> ProcessTree.read(first.pid()).isEmpty())
                .map(_ -> AdoptedProcess.ended(noted)))
        .orElse(null);
  }

  /** Decides which processes are tied to the run. */
  private final class Ties {
    private final long session;
    private final long since;
    private final String mark = RunMarks.of(run);
    private final String limit = " " + RunMarks.fileLocks(run) + " ";

    /**
     * @param session the run's session; 0 if unknown
     * @param since the start of the leader; older processes cannot write to the run's log
     */
    private Ties(long session, long since) {
      this.session = session;
      this.since = since;
    }

    private boolean hold(Entry entry, String environment) {
      return (session != 0 && entry.session() == session)
          || RunMarks.isMarked(environment, mark)
          || (entry.startTicks() >= since && writesLog(entry));
    }

    /** Whether any tie holds the process. The cheapest and most decisive ones are checked first. */
    private boolean hold(long pid) {
      return RunMarks.isMarked(ProcessTree.environmentNow(pid), mark)
          || ProcessTree.read(pid)
              .filter(entry -> hold(entry, "") || holdByLimit(pid) || holdByAnyDescriptor(entry))
              .isPresent();
    }

    private boolean holdByLimit(long pid) {
      return ProcessTree.limits(pid).contains(limit);
    }

    /**
     * Whether the process has the log open for writing by any descriptor. The programs that the
     * service itself runs to cap the log do not count.
     */
    private boolean holdByAnyDescriptor(Entry entry) {
      return canWriteLog(entry)
          && ProcessTree.writtenFiles(entry.pid(), RunMembers.this::isLog).findAny().isPresent();
    }

    private boolean canWriteLog(Entry entry) {
      return entry.startTicks() >= since && entry.session() != ownSession;
    }

    private boolean writesLog(Entry entry) {
      return ProcessTree.outputs(entry.pid(), RunMembers.this::isLog).findAny().isPresent();
    }
  }

  /** Returns the processes outside the cgroup, which {@code cgroup.kill} does not reach. */
  Map<Long, Entry> outsideCgroup(Map<Long, Entry> members) {
    Map<Long, Entry> outside = new HashMap<>(members);
    if (cgroup != null) {
      outside.keySet().removeAll(new HashSet<>(cgroup.processes()));
    }
    return outside;
  }

  Optional<RunCgroup> cgroup() {
    return Optional.ofNullable(cgroup);
  }

  /** Logs processes whose only tie to the run is their working directory. */
  synchronized void reportStrangers() {
    if (workspace == null || leader == null) {
      return;
    }
    String place = realPath(workspace).toString();
    List<Long> strangers = new ArrayList<>();
    for (Entry entry : ProcessTree.look().entries()) {
      if (entry.startTicks() >= leader.startTicks()
          && entry.lives()
          && !spared.contains(entry.pid())
          && ProcessTree.workingDirectory(entry.pid()).filter(at -> isIn(place, at)).isPresent()) {
        strangers.add(entry.pid());
      }
    }
    if (!strangers.isEmpty()) {
      LOG.warnf(
          "Processes not known to belong to the run are in its workspace: runId=%s, pids %s",
          run, strangers);
    }
  }

  /** The kernel reports working directories by their real path. */
  private static Path realPath(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }

  private static boolean isIn(String place, String at) {
    return at.equals(place) || at.startsWith(place + "/") || at.equals(place + " (deleted)");
  }
}
