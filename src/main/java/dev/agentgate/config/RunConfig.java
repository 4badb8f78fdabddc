package dev.agentgate.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What bounds a run. */
@ConfigMapping(prefix = "agentgate.run")
public interface RunConfig {
  /** The {@code maxTime} of an order that names none. */
  @WithDefault("PT1H")
  Duration maxTime();

  /** From SIGTERM to SIGKILL. */
  @WithDefault("PT5S")
  Duration killGrace();

  /**
   * A log keeps its head and its tail within this size; a line between them says how much is
   * missing.
   */
  @WithDefault("64M")
  MemorySize logMaxSize();
}
