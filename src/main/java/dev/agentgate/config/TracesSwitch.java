package dev.agentgate.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Turns traces on if an operator has set an endpoint for them. By default the framework has them on
 * and sends them to this machine; {@code application.properties} turns them off.
 *
 * <p>Registered in {@code META-INF/services}.
 */
public final class TracesSwitch implements ConfigSourceFactory {
  private static final String DISABLED = "quarkus.otel.sdk.disabled";
  private static final List<String> ENDPOINTS =
      List.of("quarkus.otel.exporter.otlp.endpoint", "quarkus.otel.exporter.otlp.traces.endpoint");

  /** Stronger than {@code application.properties}, weaker than a value that an operator sets. */
  private static final int ORDINAL = 255;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    return ENDPOINTS.stream().anyMatch(key -> isSet(context.getValue(key)))
        ? List.of(new PropertiesConfigSource(Map.of(DISABLED, "false"), "traces", ORDINAL))
        : List.of();
  }

  private static boolean isSet(@Nullable ConfigValue value) {
    // The framework's own default has a negative ordinal.
    return value != null
        && value.getValue() != null
        && !value.getValue().isBlank()
        && value.getConfigSourceOrdinal() > 0;
  }
}
