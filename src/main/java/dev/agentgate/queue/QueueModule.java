package dev.agentgate.queue;

import dev.agentgate.agent.Agents;
import dev.agentgate.execution.Executor;
import dev.agentgate.execution.HostResources;
import dev.agentgate.execution.PortableFiles;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.store.Store;
import dev.agentgate.workspace.WorkspaceSourceParser;
import dev.agentgate.workspace.Workspaces;
import java.time.Clock;
import java.util.Optional;

/** Builds the parts of the queue. Nothing runs before {@link QueueManager#open}. */
public final class QueueModule {
  private final Store store;
  private final RunOutputs outputs;
  private final Orders orders;
  private final AgentBrakes brakes;
  private final RunPublications publications;
  private final QueueManager manager;
  private final WorkOrderService service;
  private final BatchSubmission batches;
  private final BulkActions bulk;
  private final QueueHealthCheck health;
  private final StaleCheck staleCheck;
  private final OrphanCleanup orphanCleanup;
  private final Retention retention;
  private final WorkspaceCleanup workspaceCleanup;
  private final UsageReport usage;
  private final RunDrain drain;
  private final Optional<LeaseKeeper> leaseKeeper;
  private final InstanceList instances;
  private final Whereabouts whereabouts;
  private final FileRemoval fileRemoval;

  /**
   * Builds the parts.
   *
   * @param settings the limits
   * @param outside the parts outside the queue that it depends on
   * @param peers the other instances of the service
   */
  public QueueModule(QueueSettings settings, Outside outside, Peers peers) {
    store = outside.store();
    outputs = outside.outputs();
    orders = new Orders(outside.store());
    publications =
        new RunPublications(
            outside.store(),
            orders,
            outside.executor()::workspaceOf,
            outside.lease().map(LeaseSettings::length));
    RunSlots slots = new RunSlots();
    RunningUsage running = new RunningUsage(outside.store(), slots);
    usage = new UsageReport(outside.store(), running, outside.clock());
    brakes =
        new AgentBrakes(
            orders, new AgentCredentials(outside.agents())::digest, outside.clock(), this::wake);
    Spending spending = new Spending(settings.budgets(), outside.store(), running, outside.clock());
    StartRules rules =
        new StartRules(
            settings,
            outside.store().queue(),
            slots,
            new LocalDirectories(outside.workspaces()),
            brakes,
            spending,
            outside.host());
    workspaceCleanup = new WorkspaceCleanup(settings.workspaces(), outside);
    Supervision supervision =
        new Supervision(
            outside,
            slots,
            orders,
            brakes,
            workspaceCleanup,
            new OwnLease(outside.lease()),
            settings.killGrace(),
            this::wake);
    StartBlocks blocks = new StartBlocks(supervision, rules);
    manager = new QueueManager(settings, supervision, rules, blocks);
    QueueRoom room = new QueueRoom(settings.maxDepth(), outside.store().workOrders());
    whereabouts = new Whereabouts(outside.store());
    OrderEnding ending = new OrderEnding(supervision, manager, publications, whereabouts, peers);
    fileRemoval = ending::removeFiles;
    SubmitRules submitRules = new SubmitRules(settings, outside.sources(), outside.agents());
    OrderViews views = new OrderViews(outside.store(), outside.outputs(), outside.clock());
    service = new WorkOrderService(supervision, manager, blocks, room, submitRules, ending, views);
    batches = new BatchSubmission(service, supervision, submitRules, views, manager, room);
    bulk = new BulkActions(service, ending, supervision, manager, room);
    health = new QueueHealthCheck(settings, supervision, manager, rules, blocks, publications);
    staleCheck = new StaleCheck(outside.store(), orders, slots, manager);
    orphanCleanup = new OrphanCleanup(supervision, manager);
    retention =
        new Retention(settings.retention(), outside.store().workOrders(), service, outside.clock());
    drain = new RunDrain(slots, settings.killGrace());
    instances =
        new InstanceList(
            outside.store(), orders, slots, settings.maxConcurrent(), service::isStopping);
    leaseKeeper =
        outside.lease().map(lease -> new LeaseKeeper(lease, supervision, manager, instances));
  }

  /**
   * The parts outside the queue that it depends on.
   *
   * @param lease how the lease of this instance is kept, if other instances share the store
   */
  public record Outside(
      Store store,
      Executor executor,
      RunOutputs outputs,
      Workspaces workspaces,
      WorkspaceSourceParser sources,
      Agents agents,
      HostResources host,
      Clock clock,
      Optional<LeaseSettings> lease) {}

  private void wake() {
    manager.wake();
  }

  public Orders orders() {
    return orders;
  }

  public AgentBrakes brakes() {
    return brakes;
  }

  public RunPublications publications() {
    return publications;
  }

  public QueueManager manager() {
    return manager;
  }

  public WorkOrderService service() {
    return service;
  }

  public BatchSubmission batches() {
    return batches;
  }

  public BulkActions bulk() {
    return bulk;
  }

  public QueueHealthCheck health() {
    return health;
  }

  public StaleCheck staleCheck() {
    return staleCheck;
  }

  public OrphanCleanup orphanCleanup() {
    return orphanCleanup;
  }

  public WorkspaceCleanup workspaceCleanup() {
    return workspaceCleanup;
  }

  public Retention retention() {
    return retention;
  }

  public UsageReport usage() {
    return usage;
  }

  /** Returns the keeper of this instance's lease; empty if its store is not shared. */
  public Optional<LeaseKeeper> leaseKeeper() {
    return leaseKeeper;
  }

  public RunDrain drain() {
    return drain;
  }

  public InstanceList instances() {
    return instances;
  }

  /**
   * Builds the archiver of the files of this instance's runs.
   *
   * @param most the largest size of a run's files, in bytes
   */
  public RunArchiver archiver(PortableFiles files, long most) {
    return new RunArchiver(store, orders, outputs, files, most, RunArchiver.TRY_AGAIN);
  }

  public Whereabouts whereabouts() {
    return whereabouts;
  }

  public FileRemoval fileRemoval() {
    return fileRemoval;
  }
}
