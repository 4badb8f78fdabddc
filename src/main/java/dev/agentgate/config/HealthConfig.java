package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** When an operator is alerted. */
public interface HealthConfig {
  /**
   * An order that runs for longer raises the alert {@code stuck}. The alert counts whole minutes;
   * below one minute it says {@code 0 minutes}.
   */
  @WithDefault("PT30M")
  @AtLeast("1ms")
  Duration stuckThreshold();

  /** If more orders wait, the alert {@code queue-depth} is raised. */
  @WithDefault("10")
  @AtLeast("0")
  int queueDepthThreshold();

  /** The kinds of alert that make the instance not ready. An empty value names none. */
  @WithDefault("stuck,queue-depth")
  @OneOf(
      kind = "kind of alert",
      value = {
        "stuck",
        "queue-depth",
        "quarantine",
        "store",
        "survivors",
        "memory",
        "disk",
        "resources",
        "agent",
        "budget",
        "publication"
      })
  Optional<Set<String>> readinessAlerts();
}
