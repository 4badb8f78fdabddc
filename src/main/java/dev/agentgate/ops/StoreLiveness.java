package dev.agentgate.ops;

import dev.agentgate.store.file.FileStore;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** DOWN after a failed sync: the store has stopped for good, and only a restart opens it again. */
@Liveness
@Singleton
class StoreLiveness implements HealthCheck {
  private final FileStore store;

  StoreLiveness(FileStore store) {
    this.store = store;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("store").status(!store.isStopped()).build();
  }
}
