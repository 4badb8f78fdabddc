package dev.agentgate.ops;

import dev.agentgate.publish.PublicationCounts;
import dev.agentgate.publish.Publications;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/** Counts publications by their result. */
@Singleton
class PublicationMetrics implements MeterBinder {
  private final Publications publications;

  PublicationMetrics(Publications publications) {
    this.publications = publications;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    count(registry, "published", PublicationCounts::published);
    count(registry, "failed", PublicationCounts::failed);
    count(registry, "nothing_to_publish", PublicationCounts::nothingToPublish);
    count(registry, "postponed", PublicationCounts::postponed);
    Gauge.builder("agentgate.publications.pending", publications, Publications::pending)
        .description("Publications that are neither complete nor given up")
        .strongReference(true)
        .register(registry);
  }

  private void count(
      MeterRegistry registry, String outcome, ToDoubleFunction<PublicationCounts> count) {
    FunctionCounter.builder("agentgate.publications", publications.counts(), count)
        .description("Publications by result; postponed counts attempts that will be repeated")
        .tag("outcome", outcome)
        .register(registry);
  }
}
