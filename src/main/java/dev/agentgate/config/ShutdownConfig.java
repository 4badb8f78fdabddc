package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the service stops. */
@ConfigMapping(prefix = "agentgate.shutdown")
public interface ShutdownConfig {
  /**
   * How long running agents may go on after SIGTERM before they are stopped and their orders queued
   * again.
   */
  @WithDefault("PT20S")
  Duration drainTimeout();
}
