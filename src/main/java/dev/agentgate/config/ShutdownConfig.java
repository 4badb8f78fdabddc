package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the service stops. */
public interface ShutdownConfig {
  /**
   * How long running agents may continue after SIGTERM before they are stopped and their orders
   * queued again. Set the supervisor's own limit ({@code terminationGracePeriodSeconds}, {@code
   * TimeoutStopSec}) to more than this and the kill grace together.
   */
  @WithDefault("PT20S")
  @AtLeast("0s")
  Duration drainTimeout();
}
