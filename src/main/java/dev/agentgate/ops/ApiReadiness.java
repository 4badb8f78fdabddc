package dev.agentgate.ops;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** DOWN until every port listens: the management port may answer before the API port does. */
@Readiness
@Singleton
class ApiReadiness implements HealthCheck {
  private final Connections connections;

  ApiReadiness(Connections connections) {
    this.connections = connections;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("api").status(connections.areReady()).build();
  }
}
