package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** When AgentGate tidies up. */
public interface MaintenanceConfig {
  /** Between two orphan cleanups; one more at start. */
  @WithDefault("10m")
  @AtLeast("1ms")
  Duration orphanCleanupEvery();

  /** Between two stale checks. */
  @WithDefault("10s")
  @AtLeast("1ms")
  Duration staleCheckEvery();

  /** Orders that have been terminal for longer are purged; unset: they are kept. */
  @AtLeast("1ms")
  Optional<Duration> retention();
}
