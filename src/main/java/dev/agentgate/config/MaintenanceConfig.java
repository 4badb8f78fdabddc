package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** What is tidied when. */
@ConfigMapping(prefix = "agentgate.maintenance")
public interface MaintenanceConfig {
  /** Between two orphan cleanups; one more at start. */
  @WithDefault("10m")
  Duration orphanCleanupEvery();

  /** Between two stale checks. */
  @WithDefault("10s")
  Duration staleCheckEvery();

  /** Orders at rest for longer are purged; none: they are kept. */
  Optional<Duration> retention();
}
