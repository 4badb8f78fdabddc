package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** When AgentGate tidies up. */
public interface MaintenanceConfig {
  /** The time between two orphan cleanups. One more runs at the start. */
  @WithDefault("10m")
  @AtLeast("1ms")
  Duration orphanCleanupEvery();

  /** The time between two stale checks. */
  @WithDefault("10s")
  @AtLeast("1ms")
  Duration staleCheckEvery();

  /**
   * Orders that have been terminal for longer than this are purged. If it is unset, they are kept.
   */
  @AtLeast("1ms")
  Optional<Duration> retention();
}
