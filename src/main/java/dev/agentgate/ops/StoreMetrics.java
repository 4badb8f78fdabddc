package dev.agentgate.ops;

import dev.agentgate.queue.QueueObserver;
import dev.agentgate.store.Store;
import dev.agentgate.store.file.FileStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/**
 * The store in numbers: how long each durable change took, how many were refused, how many lost a
 * race, and whether it takes any.
 */
@Singleton
class StoreMetrics implements QueueObserver {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final Timer writes;
  private final Counter refusals;
  private final Counter racesLost;

  StoreMetrics(Store store, Optional<FileStore> files, MeterRegistry meters) {
    this.writes =
        Timer.builder("agentgate.store.write")
            .description("Time until a change of an order is durable")
            .serviceLevelObjectives(BUCKETS)
            .register(meters);
    this.refusals =
        Counter.builder("agentgate.store.write.failures")
            .description("Writes that the store refused")
            .register(meters);
    this.racesLost =
        Counter.builder("agentgate.store.races.lost")
            .description("Changes that lost a race against another change of the same order")
            .register(meters);
    Gauge.builder(
            "agentgate.store.up", store, measured -> measured.health().failure().isEmpty() ? 1 : 0)
        .description("Whether the store accepts writes")
        .register(meters);
    files.ifPresent(it -> measureFiles(it, meters));
  }

  private static void measureFiles(FileStore files, MeterRegistry meters) {
    FunctionCounter.builder(
            "agentgate.store.sync.failures", files, measured -> measured.isStopped() ? 1 : 0)
        .description("Failed syncs since the start: the first one stops the store")
        .register(meters);
    Gauge.builder("agentgate.quarantined.files", files, FileStore::quarantinedFiles)
        .description("Unreadable files in quarantine")
        .register(meters);
  }

  @Override
  public void written(Duration took) {
    writes.record(took);
  }

  @Override
  public void writeRefused() {
    refusals.increment();
  }

  @Override
  public void raceLost() {
    racesLost.increment();
  }
}
