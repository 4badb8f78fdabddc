package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.store.StoreHealth;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** DOWN while the store accepts no writes, because no order could be acknowledged. */
@Readiness
@Singleton
class StoreReadiness implements HealthCheck {
  private final QueueHealthCheck queue;

  StoreReadiness(QueueHealthCheck queue) {
    this.queue = queue;
  }

  @Override
  public HealthCheckResponse call() {
    StoreHealth health = queue.store();
    HealthCheckResponseBuilder response = HealthCheckResponse.named("store");
    response.withData("quarantined", health.quarantinedFiles());
    health.failure().ifPresent(why -> response.withData("failure", why));
    return response.status(health.failure().isEmpty()).build();
  }
}
