package dev.agentgate.ops;

import dev.agentgate.queue.LeaseKeeper;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.store.InstanceInfo;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The instances in numbers: how many there are, and how this one keeps its lease. Without a shared
 * store there is one instance, and no lease to measure.
 */
@Singleton
class InstanceMetrics implements QueueObserver {
  private final Counter renewed;
  private final Counter notRenewed;
  private final Counter takenOver;

  @Inject
  InstanceMetrics(MeterRegistry meters, QueueModule queue, ScrapedStore store) {
    this(meters, queue.leaseKeeper(), store);
  }

  InstanceMetrics(MeterRegistry meters, Optional<LeaseKeeper> lease, ScrapedStore store) {
    renewed = renewals(meters, "renewed");
    notRenewed = renewals(meters, "failed");
    takenOver =
        Counter.builder("agentgate.orders.taken.over")
            .description("Orders of other instances that were taken over, as their leases ended")
            .register(meters);
    instances(meters, store, "alive", it -> it.alive() && !it.status().draining());
    instances(meters, store, "draining", it -> it.alive() && it.status().draining());
    instances(meters, store, "gone", it -> !it.alive());
    lease.ifPresent(keeper -> {
      lease(meters, keeper, "age", "How long ago the lease was renewed", LeaseKeeper::age);
      lease(
          meters,
          keeper,
          "remaining",
          "How long it is until the lease ends unless it is renewed",
          LeaseKeeper::remaining);
    });
  }

  private static Counter renewals(MeterRegistry meters, String outcome) {
    return Counter.builder("agentgate.lease.renewals")
        .description("Attempts to renew the lease of this instance")
        .tag("outcome", outcome)
        .register(meters);
  }

  private static void instances(
      MeterRegistry meters, ScrapedStore store, String state, Predicate<InstanceInfo> is) {
    Gauge.builder(
            "agentgate.instances",
            store,
            it -> it.value(values -> values.instances().stream().filter(is).count()))
        .description("Instances by state; gone: it still owns orders, but its lease has ended")
        .tag("state", state)
        .register(meters);
  }

  private static void lease(
      MeterRegistry meters,
      LeaseKeeper keeper,
      String what,
      String description,
      Function<LeaseKeeper, Duration> measure) {
    Gauge.builder("agentgate.lease." + what, keeper, it -> measure.apply(it).toMillis() / 1000.0)
        .description(description)
        .baseUnit("seconds")
        .strongReference(true)
        .register(meters);
  }

  @Override
  public void leaseRenewed() {
    renewed.increment();
  }

  @Override
  public void leaseNotRenewed() {
    notRenewed.increment();
  }

  @Override
  public void takenOver() {
    takenOver.increment();
  }
}
