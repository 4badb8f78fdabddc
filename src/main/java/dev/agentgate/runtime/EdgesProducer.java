package dev.agentgate.runtime;

import dev.agentgate.api.access.Access;
import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.api.relay.PeerClient;
import dev.agentgate.api.relay.RelayPatience;
import dev.agentgate.config.AuthConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WebhooksConfig;
import dev.agentgate.notify.WebhookSettings;
import dev.agentgate.notify.Webhooks;
import dev.agentgate.ops.ReadinessAlerts;
import dev.agentgate.queue.EventHistory;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.SharedEvents;
import dev.agentgate.runtime.check.StartChecks;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.WorkOrderStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The beans that face the outside: keys, events, webhooks, readiness. */
@Singleton
class EdgesProducer {
  /** The number of events that a client can have missed and still resume; they take some 4 MB. */
  private static final int KEPT_EVENTS = 10_000;

  /** The longest time until the orders of an instance with an ended lease have a new owner. */
  private static final Duration TAKEOVER = Duration.ofSeconds(10);

  /** The longest time to end a run after its grace, and to remove a large workspace. */
  private static final Duration ENDING = Duration.ofMinutes(5);

  /** An instance that has not answered for this long hangs, though it may renew its lease. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private static final Duration WEBHOOK_BACKOFF = Duration.ofSeconds(1);

  private final Settings settings;

  EdgesProducer(Settings settings) {
    this.settings = settings;
  }

  /**
   * The known callers. They are read after the checks, which report what is wrong with the keys.
   */
  @Produces
  @Singleton
  Access access(MigrationStart migration, StartChecks checks) throws IOException {
    migration.workIfAsked();
    checks.enforce();
    AuthConfig auth = settings.auth();
    return new Access(ApiKeys.read(auth.apiKey(), auth.keysFile().map(Path::of)), auth.anonymous());
  }

  @Produces
  @Singleton
  PeerClient peers(Vertx vertx, MeterRegistry meters) {
    return new PeerClient(vertx, meters);
  }

  void close(@Disposes PeerClient peers) {
    peers.close();
  }

  @Produces
  @Singleton
  RelayPatience relayPatience() {
    return new RelayPatience(
        settings.store().lease().plus(TAKEOVER), settings.run().killGrace().plus(ENDING), ANSWER);
  }

  // As an observer it is registered by what feeds it.
  @Produces
  @Singleton
  @Typed(EventHistory.class)
  EventHistory events() {
    return new EventHistory(KEPT_EVENTS);
  }

  @Produces
  @Singleton
  @Typed(QueueObserver.class)
  QueueObserver eventSource(Store store, EventHistory events) {
    return store.instances().shared() ? new SharedEvents(store, events).open() : events;
  }

  void close(@Disposes EventHistory events) {
    events.close();
  }

  @Produces
  @Singleton
  Webhooks webhooks(Foundation foundation) {
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
            foundation.data().resolve("webhooks")),
        // A receiver compares the time of a signature with its own clock.
        Clock.systemUTC(),
        foundation.store().outbox());
  }

  @Produces
  @Singleton
  ReadinessAlerts readinessAlerts() {
    return new ReadinessAlerts(settings.health().readinessAlerts().orElse(Set.of()));
  }
}
