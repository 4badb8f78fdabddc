package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealthCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN after a failed sync: the store has stopped for good, and only a restart opens it again. */
@Liveness
@Singleton
class StoreLiveness implements HealthCheck {
  private final QueueHealthCheck queue;

  StoreLiveness(QueueHealthCheck queue) {
    this.queue = queue;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("store").status(!queue.store().restartNeeded()).build();
  }
}
