package dev.agentgate.workorder;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a client asked for. It never changes after the order was submitted.
 *
 * @param priority -100..100; higher values start first
 * @param labels at most 32
 * @param publish what becomes of the changes of a completed run; empty: they are only kept
 */
public record WorkOrderSpec(
    String taskPrompt,
    String agentType,
    WorkspaceSource workspaceSource,
    RunLimits limits,
    AgentChoices choices,
    int priority,
    Map<String, String> labels,
    Optional<PublishRequest> publish) {
  public WorkOrderSpec {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }
}
