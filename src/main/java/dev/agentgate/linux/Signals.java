package dev.agentgate.linux;

import dev.agentgate.linux.ProcessTree.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Sends signals to processes. Each process is looked at again just before: a different start time
 * means a different process. Java itself can send only SIGTERM and SIGKILL; the shell's {@code
 * kill} sends the others, and signals to whole groups.
 */
public final class Signals {
  private static final Logger LOG = Logger.getLogger(Signals.class);
  private static final int TARGETS_AT_ONCE = 1000;

  private final long ownGroup;

  public Signals() {
    ownGroup = ProcessTree.read(ProcessHandle.current().pid()).orElseThrow().group();
  }

  /**
   * Asks processes to end: SIGTERM to each once, then SIGCONT, because a stopped process does not
   * react. Whole groups are signalled at once, so that a fork does not slip through.
   */
  public void terminate(Collection<Entry> processes) {
    if (!kill(List.of("TERM", "CONT"), processes)) {
      for (Entry process : processes) {
        handle(process).ifPresent(ProcessHandle::destroy);
      }
    }
  }

  /** Resumes processes that have stopped themselves. */
  public void resume(Collection<Entry> processes) {
    kill(List.of("CONT"), processes);
  }

  /** Resumes one process, and no other of its group. */
  public void resume(Entry process) {
    if (ProcessTree.lives(process)) {
      send("kill -CONT " + process.pid());
    }
  }

  /** Stops processes, so that they do not fork while the rest are looked for. */
  public void freeze(Collection<Entry> processes) {
    kill(List.of("STOP"), processes);
  }

  /**
   * Sends SIGKILL to each. Needs no process of its own, because a fork bomb may leave no room for
   * one.
   */
  public void kill(Collection<Entry> processes) {
    processes.forEach(this::kill);
  }

  /** Sends SIGKILL to one process. */
  public void kill(Entry process) {
    handle(process).ifPresent(ProcessHandle::destroyForcibly);
  }

  /**
   * The JDK's handle of this very process. The handle notes the start time when it is made and
   * compares it when it signals, so a handle that is right here stays right.
   */
  private static Optional<ProcessHandle> handle(Entry process) {
    return ProcessHandle.of(process.pid()).filter(made -> ProcessTree.lives(process));
  }

  /** Returns whether a shell was there to send them. */
  private boolean kill(List<String> signals, Collection<Entry> processes) {
    List<String> targets = new ArrayList<>(targets(processes));
    for (int from = 0; from < targets.size(); from += TARGETS_AT_ONCE) {
      int to = Math.min(targets.size(), from + TARGETS_AT_ONCE);
      String joined = String.join(" ", targets.subList(from, to));
      // Group ids one at a time, because some shells stop at the first that is gone.
      String script =
          signals.stream()
              .map(signal -> "for t in " + joined + "; do kill -" + signal + " $t; done")
              .collect(Collectors.joining("; "));
      if (!send(script)) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a shell was there to send them. */
  private static boolean send(String script) {
    try {
      ProcessBuilder shell =
          new ProcessBuilder("sh", "-c", script)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      shell.environment().clear();
      shell.start().onExit().join();
      return true;
    } catch (IOException e) {
      LOG.warn("No shell could be started to send a signal; SIGKILL needs none", e);
      return false;
    }
  }

  /** Group ids, negative, if whole groups are meant; otherwise process ids. */
  private Set<String> targets(Collection<Entry> processes) {
    Map<Long, Entry> byPid =
        processes.stream().collect(Collectors.toMap(Entry::pid, entry -> entry));
    Set<String> targets = new LinkedHashSet<>();
    for (Entry process : processes) {
      // While its leader lives, a group's number belongs to no other group.
      Entry leader = byPid.get(process.group());
      boolean whole = leader != null && process.group() != ownGroup && ProcessTree.lives(leader);
      if (whole) {
        targets.add("-" + process.group());
      } else if (ProcessTree.lives(process)) {
        targets.add(Long.toString(process.pid()));
      }
    }
    return targets;
  }
}
