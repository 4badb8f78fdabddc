package dev.agentgate.runtime;

import dev.agentgate.config.Settings;
import dev.agentgate.jobs.MaintenanceJobs;
import dev.agentgate.notify.Webhooks;
import dev.agentgate.publish.Publications;
import dev.agentgate.queue.EventHistory;
import dev.agentgate.queue.LeaseKeeper;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.runtime.check.StartChecks;
import dev.agentgate.store.Store;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Starts and stops the service, in one fixed order.
 *
 * <p>The start does this before the first request is accepted: it checks the configuration ({@link
 * StartChecks}, before {@link Foundation} opens anything), opens the store, checks that the ports
 * are free, registers the observers, delivers the webhook messages that are left, renews its lease
 * if other instances share the store, adopts running agents, goes on with pending publications, and
 * then starts waiting orders and maintenance. The stop refuses new work, starts nothing, drains,
 * interrupts publications, ends the events and the webhooks, and closes the store; reads are
 * answered until the drain is over. Both are idempotent.
 *
 * <p>A start that fails leaves running agents alone, as a crash does: Quarkus announces a stop
 * ({@link ShutdownDelayInitiatedEvent}) only if the application had started.
 */
@Singleton
class Lifecycle {
  private static final Logger LOG = Logger.getLogger(Lifecycle.class);

  private static final int FIRST = Interceptor.Priority.PLATFORM_BEFORE - 1;

  /** Time to prove that the stopped processes are gone, and to write what is left. */
  private static final Duration STOP_MARGIN = Duration.ofSeconds(15);

  private final Settings settings;
  private final Store store;
  private final QueueModule queue;
  private final MaintenanceJobs jobs;
  private final Publications publications;
  private final Webhooks webhooks;
  private final EventHistory events;
  private final AtomicBoolean drained = new AtomicBoolean();

  Lifecycle(
      Settings settings,
      Store store,
      QueueModule queue,
      MaintenanceJobs jobs,
      Publications publications,
      Webhooks webhooks,
      EventHistory events) {
    this.settings = settings;
    this.store = store;
    this.queue = queue;
    this.jobs = jobs;
    this.publications = publications;
    this.webhooks = webhooks;
    this.events = events;
  }

  void start(
      @Observes @Priority(FIRST) StartupEvent event,
      StartChecks checks,
      ListenPorts ports,
      @Any Instance<QueueObserver> observers) {
    ports.requireFree();
    checks.warn();
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      LastResort.install();
      ClassPreload.await();
      StopDeadline.arm(
          settings.shutdown().drainTimeout().plus(settings.run().killGrace()).plus(STOP_MARGIN));
    }
    observers.forEach(queue.orders()::register);
    webhooks.open();
    // Before the adoption: the dead man's switches of the runs that are adopted do not wait.
    queue.leaseKeeper().ifPresent(LeaseKeeper::open);
    int running = queue.manager().recover();
    if (running > 0) {
      LOG.infof("Adopted the runs of %d orders that were running", running);
    }
    int unbegun = queue.orphanCleanup().removeUnbegun();
    if (unbegun > 0) {
      LOG.infof("Removed %d runs that were claimed but never started", unbegun);
    }
    publications.open();
    queue.manager().open();
    // After the adoption: before it, the jobs would find runs without a supervisor.
    jobs.open();
  }

  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    if (drained.compareAndSet(false, true)) {
      queue.service().beginStopping();
      queue.manager().close();
      queue.drain().drain(settings.shutdown().drainTimeout());
    }
  }

  void stop(@Observes ShutdownEvent event) {
    queue.service().beginStopping();
    queue.manager().close();
    jobs.close();
    publications.close();
    // Not earlier: until the drain is over, no other instance may take over what still runs here.
    queue.leaseKeeper().ifPresent(LeaseKeeper::close);
    // After the last change.
    events.close();
    webhooks.close();
    store.close();
  }
}
