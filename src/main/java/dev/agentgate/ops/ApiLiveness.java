package dev.agentgate.ops;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN when a port that the service opened is closed or accepts no connections. */
@Liveness
@Singleton
class ApiLiveness implements HealthCheck {
  private final Connections connections;

  ApiLiveness(Connections connections) {
    this.connections = connections;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("api").status(connections.areAlive()).build();
  }
}
