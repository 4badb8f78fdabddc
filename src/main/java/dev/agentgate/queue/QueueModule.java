package dev.agentgate.queue;

import dev.agentgate.agent.Agents;
import dev.agentgate.execution.Executor;
import dev.agentgate.linux.HostResources;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.store.Store;
import dev.agentgate.workspace.WorkspaceSourceParser;
import dev.agentgate.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Clock;

/** Builds the parts of the queue. Nothing runs before {@link QueueManager#open}. */
public final class QueueModule {
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

  /**
   * Builds the parts.
   *
   * @param settings the limits
   * @param outside the parts outside the queue that it depends on
   */
  public QueueModule(QueueSettings settings, Outside outside) {
    orders = new Orders(outside.store());
    usage = new UsageReport(outside.store());
    publications = new RunPublications(outside.store(), orders, outside.executor()::workspaceOf);
    RunSlots slots = new RunSlots();
    brakes =
        new AgentBrakes(
            orders, new AgentCredentials(outside.agents())::digest, outside.clock(), this::wake);
    StartRules rules =
        new StartRules(
            settings,
            outside.store().queue(),
            slots,
            new LocalDirectories(outside.workspaces()),
            brakes,
            outside.host());
    workspaceCleanup = new WorkspaceCleanup(settings.workspaces(), outside);
    Supervision supervision =
        new Supervision(
            outside, slots, orders, brakes, workspaceCleanup, settings.killGrace(), this::wake);
    manager = new QueueManager(settings, supervision, rules);
    QueueRoom room = new QueueRoom(settings.maxDepth(), outside.store().workOrders());
    service =
        new WorkOrderService(
            settings,
            supervision,
            manager,
            room,
            publications,
            outside.sources(),
            outside.agents());
    batches = new BatchSubmission(service, supervision, manager, room);
    bulk = new BulkActions(service, supervision, manager, room);
    health =
        new QueueHealthCheck(settings, supervision, manager, rules, publications, outside.host());
    staleCheck = new StaleCheck(outside.store().queue(), slots, manager);
    orphanCleanup = new OrphanCleanup(supervision, manager, outside.workspacesRoot());
    retention =
        new Retention(settings.retention(), outside.store().workOrders(), service, outside.clock());
    drain = new RunDrain(slots, settings.killGrace());
  }

  /**
   * The parts outside the queue that it depends on.
   *
   * @param workspacesRoot the directory of all workspaces
   */
  public record Outside(
      Store store,
      Executor executor,
      RunDirectories directories,
      Workspaces workspaces,
      Path workspacesRoot,
      WorkspaceSourceParser sources,
      Agents agents,
      HostResources host,
      Clock clock) {}

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

  public RunDrain drain() {
    return drain;
  }
}
