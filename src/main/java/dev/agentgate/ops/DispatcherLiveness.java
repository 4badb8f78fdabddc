package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealthCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN when the loop that starts runs is stuck or dead. A restart fixes that and loses nothing. */
@Liveness
@Singleton
class DispatcherLiveness implements HealthCheck {
  private final QueueHealthCheck queue;

  DispatcherLiveness(QueueHealthCheck queue) {
    this.queue = queue;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("dispatcher").status(queue.isDispatching()).build();
  }
}
