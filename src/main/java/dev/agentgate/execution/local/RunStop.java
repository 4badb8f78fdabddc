package dev.agentgate.execution.local;

import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.local.RunMembers.Found;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.ProcessTree.Entry;
import dev.agentgate.linux.Signals;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One stop of one run: SIGTERM and SIGCONT to all processes, the grace, then SIGKILL until nothing
 * is left. Several callers can share a stop, and the shortest of their graces applies.
 */
final class RunStop {
  /** The longest pursuit between two looks. It ends earlier if it meets no more processes. */
  private static final Duration PURSUIT = Duration.ofSeconds(1);

  /**
   * Enough rounds for processes that fork and stay. Those that fork and end can never all be
   * frozen.
   */
  private static final int MOST_FREEZES = 3;

  /** The longest wait for a process that is forked and does not run its own program yet. */
  private static final Duration LONGEST_FORK = Duration.ofSeconds(5);

  private final RunMembers members;
  private final Signals signals;
  private final Duration killLimit;
  private final CompletableFuture<StopReport> report = new CompletableFuture<>();

  /** The end of the grace, on the scale of {@link System#nanoTime()}. */
  private final AtomicLong graceEnd;

  /** Whether the thread that performs the stop was interrupted. Only that thread uses this. */
  private boolean interrupted;

  /** Whether a process of the run was found. Only the thread that performs the stop uses this. */
  private boolean met;

  /**
   * @param killLimit how long SIGKILL is tried before survivors are counted
   */
  RunStop(RunMembers members, Signals signals, Duration grace, Duration killLimit) {
    this.members = members;
    this.signals = signals;
    this.killLimit = killLimit;
    this.graceEnd = new AtomicLong(System.nanoTime() + grace.toNanos());
  }

  /**
   * Waits for another caller's stop and returns its report. Shortens its grace to this one if
   * longer.
   */
  StopReport join(Duration grace) {
    long called = System.nanoTime();
    graceEnd.accumulateAndGet(called + grace.toNanos(), (a, b) -> a - b < 0 ? a : b);
    try {
      StopReport shared = report.join();
      return new StopReport(shared.killed(), shared.alive(), since(called));
    } catch (CompletionException e) {
      if (e.getCause() instanceof CannotLookException blind) {
        throw new CannotLookException(String.valueOf(blind.getMessage()), e);
      }
      throw new IllegalStateException("The stop by another caller failed", e);
    }
  }

  /** Performs the stop. An interrupt does not cut it short, because half a stop proves nothing. */
  StopReport perform() {
    long called = System.nanoTime();
    try {
      StopReport done = descend(called);
      report.complete(done);
      return done;
    } catch (RuntimeException e) {
      report.completeExceptionally(e);
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private StopReport descend(long called) {
    end(members.loneSwitch());
    if (members.areProvenGone()) {
      return new StopReport(false, List.of(), since(called));
    }
    Found first = afterForks(members.look());
    if (isSwitchAlone(first)) {
      end(first.living());
      first = members.look();
    }
    if (isProof(first)) {
      return new StopReport(false, List.of(), since(called));
    }
    Map<Long, Entry> living = members.withoutSwitch(first.living());
    met = !living.isEmpty() || (first.living().isEmpty() && !isCgroupEmpty());
    boolean ended = !isGraceOver() && endByThemselves(living);
    List<String> alive = ended ? List.of() : kill(first.complete());
    return new StopReport(met, alive, since(called));
  }

  /**
   * Waits until each process that the run's script has forked runs its own program. A run may end
   * before its switch has begun to be one; it would be taken for a process that the agent left
   * behind and that ignores every signal.
   */
  private Found afterForks(Found first) {
    long limit = System.nanoTime() + LONGEST_FORK.toNanos();
    Pace pace = new Pace();
    Found found = first;
    while (members.isForking(found.living()) && !isGraceOver() && System.nanoTime() - limit < 0) {
      pause(pace);
      found = members.look();
    }
    return found;
  }

  /** Whether nothing of the run is alive but its dead man's switch. */
  private boolean isSwitchAlone(Found found) {
    return !found.living().isEmpty() && members.withoutSwitch(found.living()).isEmpty();
  }

  /** Kills the processes of the dead man's switch, and waits for a moment until they are gone. */
  private void end(Map<Long, Entry> guards) {
    signals.kill(guards.values());
    Pace pace = new Pace();
    long limit = System.nanoTime() + PURSUIT.toNanos();
    while (guards.values().stream().anyMatch(ProcessTree::lives) && System.nanoTime() - limit < 0) {
      pause(pace);
    }
  }

  private boolean isProof(Found found) {
    return found.living().isEmpty() && found.complete() && isCgroupEmpty();
  }

  private boolean endByThemselves(Map<Long, Entry> living) {
    LateAgent late = new LateAgent(living.values());
    signals.terminate(living.values());
    Pace pace = new Pace();
    Map<Long, Entry> rest = new HashMap<>(living);
    while (true) {
      rest.values().removeIf(entry -> !ProcessTree.lives(entry));
      rest = members.withoutSwitch(rest);
      if (rest.isEmpty() && (members.isGuarded() || isCgroupEmpty())) {
        Found found = members.look();
        if (isProof(found)) {
          return true;
        }
        if (isSwitchAlone(found)) {
          return false;
        }
        rest = new HashMap<>(members.withoutSwitch(found.living()));
        met |= !rest.isEmpty();
        // These were born while the others were signalled, possibly as part of a clean end.
        signals.terminate(rest.values());
      }
      if (isGraceOver()) {
        return false;
      }
      late.find().ifPresent(agent -> signals.terminate(List.of(agent)));
      List<Entry> stopped = rest.values().stream().filter(ProcessTree::isStopped).toList();
      if (!stopped.isEmpty()) {
        signals.resume(stopped);
      }
      pause(pace);
    }
  }

  /**
   * Returns what could not be killed.
   *
   * @param complete false if a process ended before it could be read
   */
  private List<String> kill(boolean complete) {
    long limit = System.nanoTime() + killLimit.toNanos();
    Pace pace = new Pace();
    Optional<RunCgroup> cgroup = members.cgroup();
    boolean pursue = !complete;
    while (true) {
      boolean atOnce = cgroup.map(RunCgroup::kill).orElse(false);
      if (pursue) {
        met |= members.pursue(PURSUIT) > 0;
      }
      Found found = pursue ? members.look(signals::kill) : members.look();
      met |= !members.withoutSwitch(found.living()).isEmpty();
      if (isProof(found)) {
        return List.of();
      }
      if (System.nanoTime() - limit >= 0) {
        return found.living().isEmpty()
            ? List.of("a process that cannot be read")
            : found.living().keySet().stream().sorted().map(pid -> "pid " + pid).toList();
      }
      Map<Long, Entry> loose = atOnce ? members.outsideCgroup(found.living()) : found.living();
      // The switch goes last, so that the run is guarded if the service is stopped right here.
      Map<Long, Entry> first = isSwitchAlone(found) ? loose : members.withoutSwitch(loose);
      signals.kill(freeze(first, atOnce, limit).values());
      if (!atOnce) {
        cgroup.ifPresent(RunCgroup::thaw);
      }
      // Survivors of the first round may fork and end too fast to be frozen.
      pursue = true;
      pause(pace);
    }
  }

  /**
   * Freezes processes until a look finds no new one, so that none is born during the kill. Gives up
   * after a few rounds.
   */
  private Map<Long, Entry> freeze(Map<Long, Entry> first, boolean outsideOnly, long limit) {
    Map<Long, Entry> frozen = new HashMap<>();
    Map<Long, Entry> found = first;
    for (int round = 0; round < MOST_FREEZES && System.nanoTime() - limit < 0; round++) {
      List<Entry> news =
          found.values().stream()
              .filter(entry -> !isSame(frozen.get(entry.pid()), entry) && !entry.isStopped())
              .toList();
      frozen.putAll(found);
      if (news.isEmpty()) {
        break;
      }
      signals.freeze(news);
      Map<Long, Entry> again = members.withoutSwitch(members.look().living());
      found = outsideOnly ? members.outsideCgroup(again) : again;
    }
    return frozen;
  }

  private static boolean isSame(@Nullable Entry before, Entry entry) {
    return before != null && before.isSameProcess(entry);
  }

  private boolean isCgroupEmpty() {
    return members.cgroup().map(cgroup -> !cgroup.isPopulated()).orElse(true);
  }

  private boolean isGraceOver() {
    return System.nanoTime() - graceEnd.get() >= 0;
  }

  /**
   * Pauses. The pause is so short that a caller who shortens the grace need not wake this thread.
   */
  private void pause(Pace pace) {
    LockSupport.parkNanos(pace.next());
    interrupted |= Thread.interrupted();
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  /**
   * An agent that starts while its run is asked to end. A shell swallows a signal that arrives
   * between its fork and its exec, so this agent would never hear that it is to end.
   */
  private final class LateAgent {
    private static final long LONGEST_NANOS = 1_000_000_000;
    private long wait = 10_000_000;
    private long next = System.nanoTime() + wait;
    private boolean awaited;

    /**
     * @param asked the processes that are about to be asked to end
     */
    LateAgent(Collection<Entry> asked) {
      awaited = agent(asked).isEmpty();
    }

    /** Looks for it now and then; returns it once. */
    Optional<Entry> find() {
      if (!awaited || System.nanoTime() - next < 0) {
        return Optional.empty();
      }
      Optional<Entry> found = agent(members.look().living().values());
      awaited = found.isEmpty();
      wait = Math.min(LONGEST_NANOS, wait * 2);
      next = System.nanoTime() + wait;
      return found;
    }

    private Optional<Entry> agent(Collection<Entry> living) {
      return members
          .leader()
          .flatMap(leader ->
              living.stream()
                  .filter(entry -> entry.parent() == leader.pid())
                  .filter(entry -> !RunScript.isRunBy(entry) && !RunScript.isSwitch(entry))
                  .findAny());
    }
  }

  /**
   * Returns short pauses at first, because most agents end at once, and then longer and longer
   * ones.
   */
  private static final class Pace {
    private static final long LONGEST_NANOS = 10_000_000;
    private long nanos = 300_000;

    long next() {
      long now = nanos;
      nanos = Math.min(LONGEST_NANOS, nanos * 3 / 2);
      return now;
    }
  }
}
