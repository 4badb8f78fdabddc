package dev.agentgate.config;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The configuration as the service reads it, over an environment that a test chooses. */
public final class ConfigurationFixture {
  private static final List<ConfigClass> INTERFACES =
      new ClassFileImporter()
          .importPackages("dev.agentgate.config").stream()
              .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
              .map(type -> ConfigClass.configClass(type.reflect()))
              .toList();

  private ConfigurationFixture() {}

  /** Every interface of the configuration, found rather than listed. */
  public static List<ConfigClass> interfaces() {
    return INTERFACES;
  }

  /** {@code application.properties} with this environment above it. */
  public static SmallRyeConfig configOf(Map<String, String> environment) {
    return configOf(environment, Map.of());
  }

  /** {@code application.properties}, this environment above it, and these properties on top. */
  public static SmallRyeConfig configOf(
      Map<String, String> environment, Map<String, String> systemProperties) {
    var builder =
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .addDefaultInterceptors()
            .addDiscoveredInterceptors()
            .withValidateUnknown(false)
            .withDefaultValue("user.home", System.getProperty("user.home"))
            .withSources(new PropertiesConfigSource(systemProperties, "system", 400))
            .withSources(new EnvConfigSource(environment, EnvConfigSource.ORDINAL))
            .withSources(applicationProperties());
    interfaces().forEach(builder::withMapping);
    return builder.build();
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
