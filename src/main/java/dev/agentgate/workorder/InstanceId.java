package dev.agentgate.workorder;

/**
 * Identifies an instance of the service. The id stays the same across restarts, so an instance
 * still owns after a restart what it owned before.
 */
public record InstanceId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
