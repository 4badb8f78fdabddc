package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealthCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** UP once the store is loaded and the runs of an earlier process of the service are adopted. */
@Startup
@Singleton
class ServiceStarted implements HealthCheck {
  private final QueueHealthCheck queue;

  ServiceStarted(QueueHealthCheck queue) {
    this.queue = queue;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("started").status(queue.isDispatching()).build();
  }
}
