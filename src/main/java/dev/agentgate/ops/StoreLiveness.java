package dev.agentgate.ops;

import dev.agentgate.store.file.FileStore;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * DOWN after a failed sync: the file store has stopped for good, and only a restart opens it again.
 * A store in a database never needs a restart.
 */
@Liveness
@Singleton
class StoreLiveness implements HealthCheck {
  private final Optional<FileStore> store;

  StoreLiveness(Optional<FileStore> store) {
    this.store = store;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("store")
        .status(store.filter(FileStore::isStopped).isEmpty())
        .build();
  }
}
