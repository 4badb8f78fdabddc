package dev.agentgate.workorder;

/**
 * Names an instance of the service for as long as it keeps its place, over restarts: what it owned
 * before, it owns again.
 */
public record InstanceId(String value) {
  @Override
  public String toString() {
    return value;
  }
}
