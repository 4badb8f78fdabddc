package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** When an operator is told. */
@ConfigMapping(prefix = "agentgate.health")
public interface HealthConfig {
  /** An order that runs longer raises the alert {@code stuck}. */
  @WithDefault("PT30M")
  Duration stuckThreshold();

  /** More waiting orders raise the alert {@code queue-depth}. */
  @WithDefault("10")
  int queueDepthThreshold();

  /**
   * The kinds of alert that take the instance out of rotation: {@code stuck}, {@code queue-depth},
   * {@code quarantine}, {@code store}, {@code survivors}, {@code memory}, {@code disk}; an empty
   * value names none.
   */
  @WithDefault("stuck,queue-depth")
  Optional<Set<String>> readinessAlerts();
}
