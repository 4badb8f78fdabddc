package dev.agentgate.ops;

import dev.agentgate.queue.QueueHealth.AlertKind;
import java.util.Set;

/**
 * The kinds of alert that take the instance out of rotation.
 *
 * @param names their {@link AlertKind#wireName() names}
 */
public record ReadinessAlerts(Set<String> names) {
  public ReadinessAlerts {
    names = Set.copyOf(names);
  }

  boolean takeOutOfRotation(AlertKind kind) {
    return names.contains(kind.wireName());
  }
}
