package dev.agentgate.runtime;

import dev.agentgate.agent.Agents;
import dev.agentgate.config.QueueConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WebhooksConfig;
import dev.agentgate.execution.Executor;
import dev.agentgate.jobs.MaintenanceJobs;
import dev.agentgate.linux.HostResources;
import dev.agentgate.notify.WebhookSettings;
import dev.agentgate.notify.Webhooks;
import dev.agentgate.ops.ReadinessAlerts;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunLogWatcher;
import dev.agentgate.output.SecretMask;
import dev.agentgate.output.SecretVariables;
import dev.agentgate.queue.EventHistory;
import dev.agentgate.queue.OrphanCleanup;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.QueueSettings;
import dev.agentgate.queue.Retention;
import dev.agentgate.queue.RunLogs;
import dev.agentgate.queue.StaleCheck;
import dev.agentgate.queue.WorkOrderService;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workspace.WorkspaceSourceParser;
import dev.agentgate.workspace.Workspaces;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts the queue together from the configuration and what it stands on. */
@Singleton
class QueueModuleProducer {
  /** How soon a listener of a log sees what was written to it. */
  private static final Duration LOG_WATCH = Duration.ofMillis(50);

  /** How many events a client can have missed and still resume; some 4 MB. */
  private static final int KEPT_EVENTS = 10_000;

  private static final Duration WEBHOOK_BACKOFF = Duration.ofSeconds(1);

  private final Settings settings;

  QueueModuleProducer(Settings settings) {
    this.settings = settings;
  }

  @Produces
  @Singleton
  QueueSettings queueSettings() {
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
        settings.health().queueDepthThreshold());
  }

  @Produces
  @Singleton
  QueueModule queue(
      QueueSettings limits,
      Store store,
      Executor executor,
      RunDirectories directories,
      Workspaces workspaces,
      WorkspaceSourceParser sources,
      Agents agents,
      HostResources host,
      Clock clock) {
    return new QueueModule(
        limits,
        new QueueModule.Outside(
            store,
            executor,
            directories,
            workspaces,
            FoundationProducer.workspacesRoot(settings),
            sources,
            agents,
            host,
            clock),
        settings.maintenance().retention());
  }

  @Produces
  @Singleton
  MaintenanceJobs jobs(OrphanCleanup orphanCleanup, StaleCheck staleCheck, Retention retention) {
    return new MaintenanceJobs(
        orphanCleanup,
        staleCheck,
        retention,
        settings.maintenance().orphanCleanupEvery(),
        settings.maintenance().staleCheckEvery());
  }

  @Produces
  @Singleton
  EventHistory events() {
    return new EventHistory(KEPT_EVENTS);
  }

  void close(@Disposes EventHistory events) {
    events.close();
  }

  @Produces
  @Singleton
  Webhooks webhooks(Store openedFirst) {
    WebhooksConfig webhooks = settings.webhooks();
    return new Webhooks(
        new WebhookSettings(
            webhooks.urls().orElse(List.of()).stream().map(URI::create).toList(),
            webhooks.secret().orElse(""),
            webhooks.statuses().stream()
                .map(WorkOrderStatus::parse)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet()),
            webhooks.timeout(),
            webhooks.maxAttempts(),
            WEBHOOK_BACKOFF,
            FoundationProducer.webhooksRoot(settings)),
        // A receiver compares the time of a signature with its own clock.
        Clock.systemUTC());
  }

  @Produces
  @Singleton
  ReadinessAlerts readinessAlerts() {
    return new ReadinessAlerts(settings.health().readinessAlerts().orElse(Set.of()));
  }

  @Produces
  @Singleton
  RunLogWatcher logWatcher() {
    return new RunLogWatcher(LOG_WATCH);
  }

  void close(@Disposes RunLogWatcher watcher) {
    watcher.close();
  }

  @Produces
  @Singleton
  RunLogs runLogs(
      WorkOrderService service, RunDirectories directories, RunLogWatcher watcher, Agents agents) {
    return new RunLogs(service::run, directories, watcher, mask(agents));
  }

  /** The service's own secrets, and those among the variables that agents see. */
  private SecretMask mask(Agents agents) {
    Set<String> secrets = new HashSet<>();
    settings.auth().apiKey().ifPresent(secrets::add);
    settings.github().token().ifPresent(secrets::add);
    settings.webhooks().secret().ifPresent(secrets::add);
    secrets.addAll(SecretVariables.secretsIn(agents.seenVariables()));
    return new SecretMask(secrets);
  }
}
