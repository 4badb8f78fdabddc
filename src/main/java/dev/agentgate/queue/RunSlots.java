package dev.agentgate.queue;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workspace.DirectoryIdentity;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The slots in use, each with the supervisor of its run. A slot becomes free once the end of its
 * run is proven.
 */
final class RunSlots {
  /** How long nothing starts after the machine lacked the resources for a start. */
  private static final long SHORTAGE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Map<WorkOrderId, RunSupervisor> taken = new ConcurrentHashMap<>();
  private volatile long shortUntilNanos = System.nanoTime();

  /**
   * Notes that a run could not start because the machine was short of descriptors, threads or
   * memory.
   */
  void noteShortage() {
    shortUntilNanos = System.nanoTime() + SHORTAGE_NANOS;
  }

  /** Whether there was such a shortage a moment ago. */
  boolean metShortage() {
    return shortUntilNanos - System.nanoTime() > 0;
  }

  /** Takes a slot; returns false if the order already holds one. */
  boolean take(RunSupervisor supervisor) {
    return taken.putIfAbsent(supervisor.workOrder(), supervisor) == null;
  }

  void free(RunSupervisor supervisor) {
    taken.remove(supervisor.workOrder(), supervisor);
  }

  Optional<RunSupervisor> of(WorkOrderId order) {
    return Optional.ofNullable(taken.get(order));
  }

  int count() {
    return taken.size();
  }

  /** Whether a run of this type of agent holds a slot. */
  boolean runsAgent(String agentType) {
    return taken.values().stream().anyMatch(supervisor -> supervisor.agentType().equals(agentType));
  }

  /** Whether any run works in a local directory. */
  boolean useLocalDirectories() {
    return taken.values().stream().anyMatch(supervisor -> supervisor.directory().isPresent());
  }

  /** Whether a run works in this local directory, or in one above or below it. */
  boolean usesDirectory(DirectoryIdentity directory) {
    return taken.values().stream()
        .anyMatch(supervisor -> supervisor.directory().filter(directory::overlaps).isPresent());
  }

  Collection<RunSupervisor> all() {
    return List.copyOf(taken.values());
  }

  /** Returns every run that holds a slot. */
  Set<RunId> runs() {
    return taken.values().stream().map(RunSupervisor::run).collect(Collectors.toSet());
  }

  /** Returns why outcomes could not be written yet, one reason for each run concerned. */
  List<RuntimeException> unwrittenEnds() {
    return taken.values().stream().map(RunSupervisor::unwritten).flatMap(Optional::stream).toList();
  }

  /** Returns the number of processes that outlived every signal, over all runs. */
  int survivors() {
    return taken.values().stream().mapToInt(RunSupervisor::survivors).sum();
  }
}
