package dev.agentgate.workorder;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a client asked for. It never changes after the order was submitted.
 *
 * @param priority -100..100; higher values start first
 * @param labels at most 32
 */
public record WorkOrderSpec(
    String taskPrompt,
    String agentType,
    WorkspaceSource workspaceSource,
    RunLimits limits,
    AgentChoices choices,
    int priority,
    Map<String, String> labels) {
  public WorkOrderSpec {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }
}
