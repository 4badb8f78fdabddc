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
 * Turns traces on where an operator says where they go to. The framework has them on, and sends
 * them to this machine, unless told otherwise; {@code application.properties} tells it otherwise.
 *
 * <p>Registered in {@code META-INF/services}.
 */
public final class TracesSwitch implements ConfigSourceFactory {
  private static final String DISABLED = "quarkus.otel.sdk.disabled";
  private static final List<String> ENDPOINTS =
      List.of("quarkus.otel.exporter.otlp.endpoint", "quarkus.otel.exporter.otlp.traces.endpoint");

  /** Above {@code application.properties}, below an operator's own word. */
  private static final int ORDINAL = 255;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    return ENDPOINTS.stream().anyMatch(key -> isSet(context.getValue(key)))
        ? List.of(new PropertiesConfigSource(Map.of(DISABLED, "false"), "traces", ORDINAL))
        : List.of();
  }

  private static boolean isSet(@Nullable ConfigValue value) {
    // What the framework assumes has a negative ordinal.
    return value != null
        && value.getValue() != null
        && !value.getValue().isBlank()
        && value.getConfigSourceOrdinal() > 0;
  }
}
