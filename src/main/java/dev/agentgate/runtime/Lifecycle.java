package dev.agentgate.runtime;

import dev.agentgate.config.Settings;
import dev.agentgate.jobs.MaintenanceJobs;
import dev.agentgate.notify.Webhooks;
import dev.agentgate.queue.EventHistory;
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
 * The order in which the service starts and stops, in one place.
 *
 * <p>Start, before the first request is taken: check the configuration ({@link StartChecks}, before
 * {@link Foundation} opens anything), open the store, look whether the ports are free, register the
 * observers, deliver what webhooks missed, take over what runs, then start what waits and what
 * maintains. Stop: refuse new work, start nothing, drain, end the events and the webhooks, close
 * the store; requests that read are answered until the drain is over. Both are idempotent.
 *
 * <p>A start that fails leaves what runs alone, as a crash does: Quarkus announces a stop ({@link
 * ShutdownDelayInitiatedEvent}) only of an application that had started.
 */
@Singleton
class Lifecycle {
  private static final Logger LOG = Logger.getLogger(Lifecycle.class);

  private static final int FIRST = Interceptor.Priority.PLATFORM_BEFORE - 1;

  /** For the proof that what was stopped is gone, and for what is left to write. */
  private static final Duration STOP_MARGIN = Duration.ofSeconds(15);

  private final Settings settings;
  private final Store store;
  private final QueueModule queue;
  private final MaintenanceJobs jobs;
  private final Webhooks webhooks;
  private final EventHistory events;
  private final AtomicBoolean drained = new AtomicBoolean();

  Lifecycle(
      Settings settings,
      Store store,
      QueueModule queue,
      MaintenanceJobs jobs,
      Webhooks webhooks,
      EventHistory events) {
    this.settings = settings;
    this.store = store;
    this.queue = queue;
    this.jobs = jobs;
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
    int running = queue.manager().recover();
    if (running > 0) {
      LOG.infof("%d orders were running; their runs are taken over", running);
    }
    int unbegun = queue.orphanCleanup().removeUnbegun();
    if (unbegun > 0) {
      LOG.infof("Removed %d runs that were claimed and never begun", unbegun);
    }
    queue.manager().open();
    // After the take-over: it must not find runs without a supervisor before.
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
    // After the last change.
    events.close();
    webhooks.close();
    store.close();
  }
}
