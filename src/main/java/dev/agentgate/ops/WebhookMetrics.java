package dev.agentgate.ops;

import dev.agentgate.notify.WebhookCounts;
import dev.agentgate.notify.Webhooks;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;

/** Counts webhook messages by their result. */
@Singleton
class WebhookMetrics implements MeterBinder {
  private final WebhookCounts counts;

  WebhookMetrics(Webhooks webhooks) {
    this.counts = webhooks.counts();
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    count(registry, "delivered", WebhookCounts::delivered);
    count(registry, "failed", WebhookCounts::failed);
    count(registry, "given_up", WebhookCounts::givenUp);
    count(registry, "dropped", WebhookCounts::dropped);
    Gauge.builder("agentgate.webhooks.pending", counts, WebhookCounts::pending)
        .description("Messages that are neither delivered nor given up")
        .strongReference(true)
        .register(registry);
  }

  private void count(
      MeterRegistry registry, String outcome, ToDoubleFunction<WebhookCounts> count) {
    FunctionCounter.builder("agentgate.webhook.deliveries", counts, count)
        .description("Webhook messages by result; failed counts attempts that will be retried")
        .tag("outcome", outcome)
        .register(registry);
  }
}
