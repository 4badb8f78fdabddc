package dev.agentgate.queue;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The slots in use, each by the supervisor of a run. A slot is free when its run's end is proven.
 */
final class RunSlots {
  /** How long nothing starts after a start that the machine had no room for. */
  private static final long SHORTAGE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Map<WorkOrderId, RunSupervisor> taken = new ConcurrentHashMap<>();
  private volatile long shortUntilNanos = System.nanoTime();

  /** A run could not start because the machine was short of descriptors, threads or memory. */
  void noteShortage() {
    shortUntilNanos = System.nanoTime() + SHORTAGE_NANOS;
  }

  /** Whether a run met such a shortage a moment ago. */
  boolean metShortage() {
    return shortUntilNanos - System.nanoTime() > 0;
  }

  /** Takes a slot; false if the order holds one already. */
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

  /** Whether a run works in a local directory. */
  boolean useLocalDirectories() {
    return taken.values().stream().anyMatch(supervisor -> supervisor.directory().isPresent());
  }

  /** Whether a run works in this local directory. */
  boolean usesDirectory(Object identity) {
    return taken.values().stream()
        .anyMatch(supervisor -> supervisor.directory().filter(identity::equals).isPresent());
  }

  Collection<RunSupervisor> all() {
    return List.copyOf(taken.values());
  }

  /** Every run that holds a slot. */
  Set<RunId> runs() {
    return taken.values().stream().map(RunSupervisor::run).collect(Collectors.toSet());
  }

  /** Why ends of runs that hold a slot could not be written yet, one for each. */
  List<RuntimeException> unwrittenEnds() {
    return taken.values().stream().map(RunSupervisor::unwritten).flatMap(Optional::stream).toList();
  }

  /** Processes that outlived every signal, over all runs. */
  int survivors() {
    return taken.values().stream().mapToInt(RunSupervisor::survivors).sum();
  }
}
