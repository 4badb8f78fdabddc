package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** When an operator is alerted. */
public interface HealthConfig {
  /**
   * An order that runs longer raises the alert {@code stuck}. The alert counts whole minutes: below
   * one it says {@code 0 minutes}.
   */
  @WithDefault("PT30M")
  @AtLeast("1ms")
  Duration stuckThreshold();

  /** More waiting orders raise the alert {@code queue-depth}. */
  @WithDefault("10")
  @AtLeast("0")
  int queueDepthThreshold();

  /** The kinds of alert that take the instance out of rotation; an empty value names none. */
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
        "resources"
      })
  Optional<Set<String>> readinessAlerts();
}
