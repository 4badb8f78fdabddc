package dev.agentgate.queue;

import dev.agentgate.execution.HostResources;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.store.Claim;
import dev.agentgate.store.WorkQueue;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workspace.DirectoryIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Knows what may start now. The dispatcher asks it, under its lock, and acts on the answers. */
final class StartRules {
  /** Stands for all agents; the type of an agent is never empty. */
  private static final String ALL_AGENTS = "";

  private final QueueSettings settings;
  private final WorkQueue queue;
  private final RunSlots slots;
  private final LocalDirectories directories;
  private final AgentBrakes brakes;
  private final Spending spending;
  private final HostResources host;

  StartRules(
      QueueSettings settings,
      WorkQueue queue,
      RunSlots slots,
      LocalDirectories directories,
      AgentBrakes brakes,
      Spending spending,
      HostResources host) {
    this.settings = settings;
    this.queue = queue;
    this.slots = slots;
    this.directories = directories;
    this.brakes = brakes;
    this.spending = spending;
    this.host = host;
  }

  /**
   * Returns what keeps every order from starting.
   *
   * @param staggerLeft how long no run may start yet, because one has just started
   */
  Set<Block> blocksAll(boolean paused, Duration staggerLeft) {
    Set<Block> blocks = EnumSet.noneOf(Block.class);
    if (paused) {
      blocks.add(Block.PAUSED);
    }
    if (!hasFreeSlot()) {
      blocks.add(Block.SLOTS);
    }
    if (staggerLeft.isPositive()) {
      blocks.add(Block.STAGGER);
    }
    if (spending.look().isExhausted()) {
      blocks.add(Block.BUDGET);
    }
    if (isMemoryLow()) {
      blocks.add(Block.MEMORY);
    }
    // On a full disk an agent would only fail. While the outcome of a run cannot be written, the
    // disk is full; once a retry succeeds, there is room again.
    if (isDiskLow() || slots.unwrittenEnds().stream().anyMatch(host::isFullDisk)) {
      blocks.add(Block.DISK);
    }
    if (isShort() || slots.metShortage()) {
      blocks.add(Block.RESOURCES);
    }
    return blocks;
  }

  /** Returns what keeps this order from starting when nothing keeps every order from starting. */
  Set<Block> blocksOne(QueueEntry entry) {
    Set<Block> blocks = EnumSet.noneOf(Block.class);
    if (isManual(entry)) {
      blocks.add(Block.MANUAL);
    }
    int limit = settings.maxConcurrentPerRepository();
    if (limit > 0
        && entry.repository().filter(name -> queue.runningOf(name) >= limit).isPresent()) {
      blocks.add(Block.REPOSITORY);
    }
    if (isTaken(entry)) {
      blocks.add(Block.REPOSITORY);
    }
    if (!mayStart(entry.agentType(), brakes.look())) {
      blocks.add(Block.AGENT);
    }
    if (spending.look().isExhausted(entry.agentType())) {
      blocks.add(Block.BUDGET);
    }
    return blocks;
  }

  boolean hasFreeSlot() {
    return slots.count() < settings.maxConcurrent();
  }

  /** Whether the order waits for a request to run it. */
  boolean isManual(QueueEntry entry) {
    return !settings.autoProcess() && !entry.requested();
  }

  /**
   * Returns the limits of a claim when nothing keeps every order from starting.
   *
   * @param only claim only this order; empty: as many orders as there are free slots, but only one
   *     if starts are staggered
   * @param lease the length of the lease
   */
  Claim claim(Optional<WorkOrderId> only, Duration lease) {
    int free = Math.max(0, settings.maxConcurrent() - slots.count());
    Admission admission = new Admission();
    return new Claim(
        settings.staggerDelay().isPositive() ? Math.min(1, free) : free,
        settings.maxConcurrentPerRepository(),
        !settings.autoProcess(),
        only,
        lease,
        admission,
        admission::refusedAgents);
  }

  /**
   * What one claim lets start. It looks at pauses and budgets when it is asked first: then no other
   * instance is claiming, so no two claims use up the same budget.
   */
  private final class Admission implements Predicate<QueueEntry> {
    private final Set<DirectoryIdentity> directories = new HashSet<>();
    private final Set<String> tried = new HashSet<>();
    private final Set<String> paid = new HashSet<>();
    private @Nullable BudgetState budget;
    private AgentPausesNow pauses = AgentPausesNow.NONE;

    private BudgetState look() {
      BudgetState known = budget;
      if (known == null) {
        known = spending.look();
        budget = known;
        pauses = brakes.look();
      }
      return known;
    }

    /** Returns the agents that are paused, are being tried, or have spent their budgets. */
    Set<String> refusedAgents() {
      BudgetState spent = look();
      Set<String> refused = new HashSet<>(pauses.noted().keySet());
      refused.addAll(settings.budgets().byAgent().keySet());
      refused.removeIf(agent -> mayStart(agent, pauses) && !spent.isExhausted(agent));
      return refused;
    }

    @Override
    public boolean test(QueueEntry entry) {
      BudgetState spent = look();
      String agent = entry.agentType();
      return slots.of(entry.id()).isEmpty()
          && mayStart(agent, pauses)
          && !spent.isExhausted(agent)
          && admits(entry, directories)
          && fits(agent, paid)
          && (!pauses.isOnProbation(agent) || tried.add(agent));
    }
  }

  /** Whether a run of this agent may start: it is not paused, and is not being tried just now. */
  private boolean mayStart(String agentType, AgentPausesNow pauses) {
    return pauses.inForce(agentType).isEmpty()
        && !(pauses.isOnProbation(agentType) && slots.runsAgent(agentType));
  }

  /**
   * Whether a budget lets another run of this agent start in the same claim. Only one of them may
   * start with each claim, because the others must take into account what it may cost.
   *
   * @param paid the agents whose budgets let a run of this claim start; changed by this method
   */
  private boolean fits(String agentType, Set<String> paid) {
    DailyBudgets budgets = settings.budgets();
    return !budgets.bounds(agentType)
        || paid.add(budgets.all().isPresent() ? ALL_AGENTS : agentType);
  }

  /**
   * Whether the order may use its local directory.
   *
   * @param admitted the directories of the other orders of the same claim
   */
  private boolean admits(QueueEntry entry, Set<DirectoryIdentity> admitted) {
    if (settings.localShared()) {
      return true;
    }
    Optional<DirectoryIdentity> directory = directories.recently(entry.repository());
    return directory.isEmpty()
        || (!slots.usesDirectory(directory.get())
            && admitted.stream().noneMatch(directory.get()::overlaps)
            && admitted.add(directory.get()));
  }

  /** Whether another order works where this order would, which must not be shared. */
  private boolean isTaken(QueueEntry entry) {
    return !settings.localShared()
        && slots.useLocalDirectories()
        && directories.recently(entry.repository()).filter(this::isDirectoryTaken).isPresent();
  }

  /**
   * Whether another order works in a directory that must not be shared, or in one above or below
   * it.
   */
  boolean isDirectoryTaken(DirectoryIdentity directory) {
    return !settings.localShared() && slots.usesDirectory(directory);
  }

  /** Whether the order is in the backoff of a retry. */
  static boolean isBackingOff(QueueEntry entry, Instant now) {
    return entry.notBefore().filter(now::isBefore).isPresent();
  }

  Duration staggerLeft(Duration sinceLastStart) {
    return settings.staggerDelay().minus(sinceLastStart);
  }

  /** Returns a sentence for each daily budget that allows no further run. */
  List<String> exhaustedBudgets() {
    return spending.look().sentences();
  }

  boolean isMemoryLow() {
    return settings.minAvailableMemory() > 0
        && host.availableMemory() < settings.minAvailableMemory();
  }

  /** Whether the service has too few descriptors or threads left to start anything. */
  boolean isShort() {
    return host.maxDescriptors() - host.openDescriptors() < HostResources.FEWEST_DESCRIPTORS
        || host.freeTasks() < HostResources.FEWEST_TASKS;
  }

  boolean isDiskLow() {
    return settings.minFreeDisk() > 0
        && (host.freeDisk() < settings.minFreeDisk()
            || host.freeInodes() < HostResources.FEWEST_INODES);
  }
}
