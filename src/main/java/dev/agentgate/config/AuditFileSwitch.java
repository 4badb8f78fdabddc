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
 * Keeps the audit log out of a data directory that cannot be used. The framework opens its log
 * files before the configuration is checked, and prints a long report about a file that it could
 * not open. The start is refused a moment later anyway, with one sentence that gives the reason.
 *
 * <p>Registered in {@code META-INF/services}.
 */
public final class AuditFileSwitch implements ConfigSourceFactory {
  private static final String PATH = "quarkus.log.handler.file.\"audit\".path";

  /** Stronger than {@code application.properties}, weaker than a value that an operator sets. */
  private static final int ORDINAL = 255;

  @Override
  public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
    @Nullable ConfigValue directory = context.getValue("agentgate.data-dir");
    return directory == null
            || directory.getValue() == null
            || ConfiguredPaths.absolute(directory.getValue())
                .filter(ConfiguredPaths::isUsable)
                .isPresent()
        ? List.of()
        : List.of(new PropertiesConfigSource(Map.of(PATH, "/dev/null"), "audit", ORDINAL));
  }
}
