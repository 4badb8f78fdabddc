package dev.agentgate.ops;

import dev.agentgate.ops.ScrapedStore.Values;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.QueueSettings;
import dev.agentgate.workorder.WorkOrderStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * How the queue and its machine are, in numbers. They are counts that are kept anyway, so a scrape
 * costs the same however many orders there are.
 */
@Singleton
class QueueGauges implements MeterBinder {
  private final QueueHealthCheck queue;
  private final QueueSettings settings;
  private final ScrapedStore store;

  QueueGauges(QueueHealthCheck queue, QueueSettings settings, ScrapedStore store) {
    this.queue = queue;
    this.settings = settings;
    this.store = store;
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    bindStored(meters);
    Gauge.builder("agentgate.slots", settings, QueueSettings::maxConcurrent)
        .description("How many orders may run at the same time on this instance")
        .register(meters);
    machine("agentgate.survivors", QueueHealthCheck::survivors)
        .description("Processes that no signal could end")
        .register(meters);
    machine("agentgate.disk.free", check -> check.host().freeDisk())
        .description("Free space for the data directory")
        .baseUnit("bytes")
        .register(meters);
    machine("agentgate.memory.available", check -> check.host().availableMemory())
        .description("Memory that a new agent could use")
        .baseUnit("bytes")
        .register(meters);
    machine("agentgate.descriptors.open", check -> check.host().openDescriptors())
        .description("File descriptors that the service has open")
        .register(meters);
    machine("agentgate.descriptors.max", check -> check.host().maxDescriptors())
        .description("File descriptors that the service may have open")
        .register(meters);
  }

  private void bindStored(MeterRegistry meters) {
    for (WorkOrderStatus status : WorkOrderStatus.values()) {
      stored("agentgate.work.orders", values -> values.health().counts().of(status))
          .description("Work orders by status")
          .tag("status", status.wireName())
          .register(meters);
    }
    for (AlertKind kind : AlertKind.values()) {
      stored("agentgate.alert", values -> raised(values, kind))
          .description("Whether the service raises an alert of this kind")
          .tag("kind", kind.wireName())
          .register(meters);
    }
    stored("agentgate.queue.oldest.age", values -> seconds(values.oldestWaiting()))
        .description("How long the oldest waiting order has waited; 0 if none waits")
        .baseUnit("seconds")
        .register(meters);
    stored(
            "agentgate.run.oldest.age",
            values -> seconds(values.health().oldestRunningAge().orElse(Duration.ZERO)))
        .description("How long the oldest run has been running; 0 if nothing runs")
        .baseUnit("seconds")
        .register(meters);
    stored("agentgate.queue.paused", values -> values.health().paused() ? 1 : 0)
        .description("Whether the queue is paused")
        .register(meters);
  }

  private Gauge.Builder<ScrapedStore> stored(String name, ToDoubleFunction<Values> value) {
    return Gauge.builder(name, store, it -> it.value(value));
  }

  private Gauge.Builder<QueueHealthCheck> machine(
      String name, ToDoubleFunction<QueueHealthCheck> value) {
    return Gauge.builder(name, queue, value);
  }

  private static double raised(Values values, AlertKind kind) {
    return values.health().alerts().stream().anyMatch(alert -> alert.kind() == kind) ? 1 : 0;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
