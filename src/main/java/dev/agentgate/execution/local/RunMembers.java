package dev.agentgate.execution.local;

import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.ProcessTree.Entry;
import dev.agentgate.linux.Pursuit;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.RunId;
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
 * Finds the processes of one run. A process belongs to it if it is in the run's cgroup, or in the
 * session of its leader, or carries the run's id in its environment, or writes to the run's log, or
 * was seen to belong before, or descends from one that belongs. One that cut every tie and only
 * stands in the run's workspace is reported, not killed: it may be a person's shell.
 *
 * <p>Safe for threads.
 */
final class RunMembers {
  private static final Logger LOG = Logger.getLogger(RunMembers.class);

  /** A host on which something ends during each of so many looks is not ours to prove. */
  private static final int MOST_READINGS = 100;

  /** What hops is only listed after its end, so that to read on for longer finds no more of it. */
  private static final long LONGEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final RunId run;
  private final RunDirectory directory;
  private final @Nullable RunCgroup cgroup;
  private final Set<Long> spared;
  private final String bootId;

  /** Who was seen to belong; guarded by this. */
  private final Map<Long, Entry> known = new HashMap<>();

  /** Guarded by this. */
  private @Nullable ProcessIdentity leader;

  /** Guarded by this. */
  private @Nullable Path workspace;

  /**
   * @param cgroup empty where there can be none
   * @param spared processes that never belong: the service, its parents
   * @param bootId of this boot
   */
  RunMembers(
      RunId run,
      RunDirectory directory,
      Optional<RunCgroup> cgroup,
      Set<Long> spared,
      String bootId) {
    this.run = run;
    this.directory = directory;
    this.cgroup = cgroup.orElse(null);
    this.spared = spared;
    this.bootId = bootId;
  }

  /** Tells who leads the run's session, and where it works. */
  synchronized void lead(ProcessIdentity leader, @Nullable Path workspace) {
    this.leader = leader;
    this.workspace = workspace;
  }

  /** The process that leads the run's session, as it is now. */
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
   * Whether nothing of the run lives, told cheaply: its leader entered the cgroup before the agent
   * was started, and the cgroup is empty now. False only means that one has to look.
   */
  boolean areProvenGone() {
    return cgroup != null
        && !cgroup.isPopulated()
        && RunScript.readLeader(directory).filter(RunScript.Leader::entered).isPresent();
  }

  /**
   * What a look found.
   *
   * @param living by pid
   * @param settled false if processes ended faster than they could be looked at: there may be more
   */
  record Found(Map<Long, Entry> living, boolean settled) {}

  /** Looks for all that live, and remembers them. */
  Found look() {
    return look(seen -> {});
  }

  /**
   * Looks for all that live, and remembers them.
   *
   * @param onSight told of each at once, before it can fork and end
   */
  synchronized Found look(Consumer<Entry> onSight) {
    ProcessTree tree = new ProcessTree();
    Map<Long, Entry> members = new HashMap<>();
    boolean settled = false;
    long began = System.nanoTime();
    for (int reading = 0;
        reading < MOST_READINGS && !settled && System.nanoTime() - began < LONGEST_LOOK_NANOS;
        reading++) {
      ProcessTree.Reading news = tree.readOn();
      settled = !news.vanished();
      Set<Long> inside = cgroup == null ? Set.of() : new HashSet<>(cgroup.processes());
      Ties ties = ties(tree::find);
      for (Entry entry : news.entries()) {
        if (entry.lives() && !spared.contains(entry.pid())) {
          String environment = ProcessTree.environment(entry.pid());
          if (wasKnown(entry) || inside.contains(entry.pid()) || ties.hold(entry, environment)) {
            onSight.accept(entry);
            members.put(entry.pid(), entry);
          } else if (environment.isEmpty() && !entry.isOfKernel() && !ProcessTree.lives(entry)) {
            settled = false;
          }
        }
      }
    }
    tree.close(members, spared);
    members.values().removeIf(entry -> !entry.lives());
    known.clear();
    known.putAll(members);
    return new Found(members, settled);
  }

  /**
   * Kills what forks and ends faster than it can be looked for.
   *
   * @param longest for so long at most
   * @return how many were killed
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

  private boolean wasKnown(Entry entry) {
    Entry before = known.get(entry.pid());
    return before != null && before.isSameProcess(entry);
  }

  private Ties ties(LongFunction<Optional<Entry>> find) {
    ProcessIdentity first = leader != null ? leader : notedLeader();
    if (first == null || !first.bootId().equals(bootId)) {
      return new Ties(0, 0);
    }
    // A session keeps its number from reuse as long as anyone is in it. So a process of this number
    // that is not the leader is another one, leading another session.
    boolean reused =
        find.apply(first.pid()).filter(e -> e.startTicks() != first.startTicks()).isPresent();
    return new Ties(reused ? 0 : first.pid(), first.startTicks());
  }

  /** Whom the run's file names, unless that one lives and bears no mark: agents can write files. */
  private @Nullable ProcessIdentity notedLeader() {
    ProcessIdentity noted =
        RunScript.readLeader(directory).map(RunScript.Leader::identity).orElse(null);
    if (noted == null || ProcessTree.read(noted.pid()).isEmpty()) {
      return noted;
    }
    return RunMarks.isMarked(ProcessTree.environment(noted.pid()), RunMarks.of(run)) ? noted : null;
  }

  /** What binds a process to the run. */
  private final class Ties {
    private final long session;
    private final long since;
    private final String mark = RunMarks.of(run);
    private final String log = directory.outputLog().toString();

    /**
     * @param session of the run; 0 if unknown
     * @param since nothing that is older can write to the run's log
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

    /** As {@link #hold}, in the order of what costs least and tells most. */
    private boolean hold(long pid) {
      return RunMarks.isMarked(ProcessTree.environment(pid), mark)
          || ProcessTree.read(pid).filter(entry -> hold(entry, "")).isPresent();
    }

    private boolean writesLog(Entry entry) {
      return ProcessTree.outputs(entry.pid()).stream()
          .anyMatch(file -> file.equals(log) || file.equals(log + " (deleted)"));
    }
  }

  /** Those outside the cgroup, which {@code cgroup.kill} does not reach. */
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

  /** Reports processes that may come from the run but are bound to it by their place only. */
  synchronized void reportStrangers() {
    if (workspace == null || leader == null) {
      return;
    }
    String place = workspace.toString();
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
          "Processes that are not known to be of the run stand in its workspace: runId=%s, pids %s",
          run, strangers);
    }
  }

  private static boolean isIn(String place, String at) {
    return at.equals(place) || at.startsWith(place + "/") || at.equals(place + " (deleted)");
  }
}
