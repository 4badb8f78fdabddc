package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.QueueHealth.Alert;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.store.StoreUnavailableException;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reports the queue's alerts. DOWN while there is an alert of a kind that takes the instance out of
 * rotation, or while this instance could not renew its lease.
 */
@Readiness
@Singleton
class QueueReadiness implements HealthCheck {
  private final QueueHealthCheck queue;
  private final ReadinessAlerts kinds;

  QueueReadiness(QueueHealthCheck queue, ReadinessAlerts kinds) {
    this.queue = queue;
    this.kinds = kinds;
  }

  @Override
  public HealthCheckResponse call() {
    try {
      return of(queue.look());
    } catch (StoreUnavailableException e) {
      return HealthCheckResponse.named("queue").down().withData("store", e.getMessage()).build();
    }
  }

  private HealthCheckResponse of(QueueHealth health) {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("queue");
    response.withData("queued", health.counts().queued());
    response.withData("running", health.counts().running());
    Optional<String> doubt = queue.leaseDoubt();
    doubt.ifPresent(why -> response.withData("lease", why));
    boolean up = doubt.isEmpty();
    int number = 0;
    for (Alert alert : health.alerts()) {
      number++;
      response.withData("alert." + number, alert.message());
      up &= !kinds.takeOutOfRotation(alert.kind());
    }
    return response.status(up).build();
  }
}
