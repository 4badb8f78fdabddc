package dev.agentgate.config;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The configuration as the service reads it, over an environment that a test chooses. */
public final class ConfigurationFixture {
  private ConfigurationFixture() {}

  /** Every key; {@code *} stands for the name of an agent. */
  public static Set<String> keys() {
    return Setting.all().stream().map(Setting::key).collect(Collectors.toSet());
  }

  /** What the service reads from {@code application.properties} with this environment above it. */
  public static Settings settingsOf(Map<String, String> environment) {
    return configOf(environment).getConfigMapping(Settings.class);
  }

  /** {@code application.properties} with this environment above it. */
  public static SmallRyeConfig configOf(Map<String, String> environment) {
    return configOf(environment, Map.of());
  }

  /** {@code application.properties}, this environment above it, and these properties on top. */
  public static SmallRyeConfig configOf(
      Map<String, String> environment, Map<String, String> systemProperties) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .addDefaultInterceptors()
        .addDiscoveredInterceptors()
        .withValidateUnknown(false)
        .withDefaultValue("user.home", System.getProperty("user.home"))
        .withSources(new PropertiesConfigSource(systemProperties, "system", 400))
        .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
        .withSources(applicationProperties())
        .withMapping(Settings.class)
        .build();
  }

  private static PropertiesConfigSource applicationProperties() {
    try {
      return new PropertiesConfigSource(
          Objects.requireNonNull(ConfigurationFixture.class.getResource("/application.properties")),
          250);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
