package dev.agentgate.runtime;

import dev.agentgate.api.relay.HttpPeers;
import dev.agentgate.api.relay.PeerClient;
import dev.agentgate.cli.console.Version;
import dev.agentgate.config.InstanceConfig;
import dev.agentgate.config.MaintenanceConfig;
import dev.agentgate.config.QueueConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.execution.log.RunLogWatcher;
import dev.agentgate.jobs.MaintenanceJobs;
import dev.agentgate.queue.AgentBrakes;
import dev.agentgate.queue.BatchSubmission;
import dev.agentgate.queue.BulkActions;
import dev.agentgate.queue.DailyBudgets;
import dev.agentgate.queue.FileRemoval;
import dev.agentgate.queue.InstanceList;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.QueueSettings;
import dev.agentgate.queue.RunArchiver;
import dev.agentgate.queue.RunChanges;
import dev.agentgate.queue.RunFormats;
import dev.agentgate.queue.RunLogs;
import dev.agentgate.queue.RunView;
import dev.agentgate.queue.UsageReport;
import dev.agentgate.queue.Whereabouts;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.WorkspaceRetention;
import dev.agentgate.workspace.WorkspaceRetention.Keep;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** Builds the queue from the settings and its foundation, and offers its parts as beans. */
@Singleton
class QueueProducer {
  /** How soon a listener of a log sees new output. */
  private static final Duration LOG_WATCH = Duration.ofMillis(50);

  private final QueueSettings limits;
  private final QueueModule queue;
  private final MaintenanceJobs jobs;
  private final RunLogWatcher logWatcher = new RunLogWatcher(LOG_WATCH);
  private final RunLogs runLogs;
  private final RunChanges runChanges;
  private final RunArchiver archiver;

  QueueProducer(Settings settings, Foundation foundation, PeerClient peers, Config config) {
    QueueModule.Outside outside = foundation.outside();
    limits = limits(settings);
    queue = new QueueModule(limits, outside, new HttpPeers(peers, outside.store().instances()));
    // Asked for here, so that no event loop ever waits for the database to tell it.
    String _ = outside.store().instances().secret();
    queue.instances().introduce(Version.text(), address(settings.instance(), config));
    archiver =
        queue.archiver(foundation.portableFiles(), settings.store().archiveMaxSize().asLongValue());
    MaintenanceConfig maintenance = settings.maintenance();
    jobs =
        new MaintenanceJobs(
            queue.orphanCleanup(),
            queue.staleCheck(),
            queue.retention(),
            queue.workspaceCleanup(),
            maintenance.orphanCleanupEvery(),
            maintenance.staleCheckEvery());
    runLogs =
        new RunLogs(
            this::runWithFiles,
            new RunFormats(outside.store(), outside.agents())::of,
            outside.outputs(),
            logWatcher,
            foundation.mask());
    runChanges = new RunChanges(this::runWithFiles, outside.outputs());
  }

  /** Returns a run; afterwards its files are here, if they can be had. */
  private RunView runWithFiles(RunId id) {
    RunView run = queue.service().run(id);
    return archiver.fetch(run.run()) ? queue.service().run(id) : run;
  }

  private static Optional<URI> address(InstanceConfig instance, Config config) {
    return instance
        .address()
        .map(URI::create)
        .or(() ->
            InstanceAddress.of(
                config.getValue("quarkus.http.host", String.class),
                config.getValue("quarkus.http.port", Integer.class)));
  }

  private static QueueSettings limits(Settings settings) {
    QueueConfig queue = settings.queue();
    return new QueueSettings(
        queue.autoProcess(),
        queue.maxConcurrent(),
        queue.staggerDelay(),
        queue.minAvailableMemory().asLongValue(),
        queue.minFreeDisk().asLongValue(),
        queue.maxDepth(),
        queue.maxConcurrentPerRepository(),
        settings.workspace().localShared(),
        settings.run().maxTime(),
        settings.run().killGrace(),
        settings.defaultAgent(),
        settings.health().stuckThreshold(),
        settings.health().queueDepthThreshold(),
        settings.maintenance().retention(),
        workspaces(settings.workspace()),
        budgets(settings));
  }

  private static WorkspaceRetention workspaces(WorkspaceConfig workspace) {
    return new WorkspaceRetention(
        Keep.valueOf(workspace.keep().toUpperCase(Locale.ROOT)),
        workspace.maxTotalSize().stream().mapToLong(MemorySize::asLongValue).findFirst());
  }

  private static DailyBudgets budgets(Settings settings) {
    Map<String, BigDecimal> byAgent = new HashMap<>();
    settings
        .agents()
        .forEach((type, agent) -> agent.dailyUsd().ifPresent(budget -> byAgent.put(type, budget)));
    return new DailyBudgets(settings.budget().dailyUsd(), byAgent);
  }

  @PreDestroy
  void close() {
    archiver.close();
    logWatcher.close();
  }

  @Produces
  @Singleton
  QueueModule queue() {
    return queue;
  }

  @Produces
  @Singleton
  QueueSettings limits() {
    return limits;
  }

  @Produces
  @Singleton
  WorkOrderService service() {
    return queue.service();
  }

  @Produces
  @Singleton
  BatchSubmission batches() {
    return queue.batches();
  }

  @Produces
  @Singleton
  BulkActions bulk() {
    return queue.bulk();
  }

  @Produces
  @Singleton
  QueueHealthCheck health() {
    return queue.health();
  }

  @Produces
  @Singleton
  RunLogs runLogs() {
    return runLogs;
  }

  @Produces
  @Singleton
  InstanceList instances() {
    return queue.instances();
  }

  @Produces
  @Singleton
  RunArchiver archiver() {
    archiver.open();
    return archiver;
  }

  @Produces
  @Singleton
  Whereabouts whereabouts() {
    return queue.whereabouts();
  }

  @Produces
  @Singleton
  FileRemoval fileRemoval() {
    return queue.fileRemoval();
  }

  @Produces
  @Singleton
  AgentBrakes brakes() {
    return queue.brakes();
  }

  @Produces
  @Singleton
  UsageReport usage() {
    return queue.usage();
  }

  @Produces
  @Singleton
  RunChanges runChanges() {
    return runChanges;
  }

  @Produces
  @Singleton
  MaintenanceJobs jobs() {
    return jobs;
  }
}
