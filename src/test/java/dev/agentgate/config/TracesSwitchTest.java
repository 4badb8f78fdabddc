package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesSwitchTest {

  @Test
  void withoutAnEndpointTracesAreOff() {
    assertThat(isDisabled(Map.of())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
        "QUARKUS_OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
      })
  void anEndpointTurnsThemOn(String variable) {
    assertThat(isDisabled(Map.of(variable, "http://collector:4317"))).isFalse();
  }

  @Test
  void anEmptyEndpointDoesNot() {
    assertThat(isDisabled(Map.of("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", ""))).isTrue();
  }

  @Test
  void whoSaysThatTheyAreOffIsObeyed() {
    assertThat(
            isDisabled(
                Map.of(
                    "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317",
                    "QUARKUS_OTEL_SDK_DISABLED", "true")))
        .isTrue();
  }

  private static boolean isDisabled(Map<String, String> environment) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            // As the framework sets it.
            .withDefaultValue("quarkus.otel.exporter.otlp.endpoint", "http://localhost:4317/")
            .withSources(
                new PropertiesConfigSource(
                    Map.of("quarkus.otel.sdk.disabled", "true"), "application.properties", 250))
            .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
            .withSources(new TracesSwitch())
            .build();
    return config.getValue("quarkus.otel.sdk.disabled", Boolean.class);
  }
}
