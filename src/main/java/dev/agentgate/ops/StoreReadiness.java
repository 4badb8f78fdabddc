package dev.agentgate.ops;

import dev.agentgate.store.Store;
import dev.agentgate.store.file.FileStore;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** DOWN while the store accepts no writes, because no order could be acknowledged. */
@Readiness
@Singleton
class StoreReadiness implements HealthCheck {
  private final Store store;
  private final Optional<FileStore> files;

  StoreReadiness(Store store, Optional<FileStore> files) {
    this.store = store;
    this.files = files;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> failure = store.health().failure();
    HealthCheckResponseBuilder response = HealthCheckResponse.named("store");
    files.ifPresent(it -> response.withData("quarantined", it.quarantinedFiles()));
    failure.ifPresent(why -> response.withData("failure", why));
    return response.status(failure.isEmpty()).build();
  }
}
