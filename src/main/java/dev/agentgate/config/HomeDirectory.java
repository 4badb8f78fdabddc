package dev.agentgate.config;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the data directory below {@code HOME} if it is not configured, as other programs do. Java
 * takes the home directory from the password file, which {@code HOME} may override.
 *
 * <p>Registered in {@code META-INF/services}.
 */
@Priority(Priorities.LIBRARY + 270)
public final class HomeDirectory implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  private static final String DATA_DIRECTORY = "agentgate.data-dir";
  private static final String SOURCE = "HOME";

  /** Weaker than every source that an operator may use, stronger than a default. */
  private static final int ORDINAL = 1;

  private final String home;

  /** Reads this process's environment; called by the service loader. */
  public HomeDirectory() {
    this(System.getenv());
  }

  HomeDirectory(Map<String, String> environment) {
    this.home = environment.getOrDefault(SOURCE, "");
  }

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    @Nullable ConfigValue value = context.proceed(name);
    if (!name.equals(DATA_DIRECTORY) || home.isEmpty() || isSet(value)) {
      return value;
    }
    String directory = home.endsWith("/") ? home + ".agentgate" : home + "/.agentgate";
    return ConfigValue.builder()
        .withName(name)
        .withValue(directory)
        .withRawValue(directory)
        .withConfigSourceName(SOURCE)
        .withConfigSourceOrdinal(ORDINAL)
        .build();
  }

  private static boolean isSet(@Nullable ConfigValue value) {
    // A default has a negative ordinal.
    return value != null && value.getValue() != null && value.getConfigSourceOrdinal() >= 0;
  }
}
