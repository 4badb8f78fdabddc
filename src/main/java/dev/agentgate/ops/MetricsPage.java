package dev.agentgate.ops;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Removes framework metrics that break Prometheus' conventions: names with an abbreviated unit or
 * with a suffix that means something else, and series without a help text. Each of them repeats
 * what another series says.
 *
 * @see <a href="https://prometheus.io/docs/practices/naming/">Metric and label naming</a>
 */
@Singleton
class MetricsPage {
  private static final Set<String> AGAINST_CONVENTION =
      Set.of(
          "process.cpu.time",
          "system.cpu.count",
          "http.server.active.requests",
          "http.server.connections");

  @Produces
  @Singleton
  MeterFilter conventional() {
    return MeterFilter.deny(meter -> AGAINST_CONVENTION.contains(meter.getName()));
  }
}
