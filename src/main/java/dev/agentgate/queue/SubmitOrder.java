package dev.agentgate.queue;

import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workspace.WorkspaceSourceInput;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** A client's order. Its values are within their ranges; the service decides what they mean. */
public record SubmitOrder(
    String taskPrompt,
    Optional<String> agentType,
    WorkspaceSourceInput workspaceSource,
    Optional<Duration> maxTime,
    Optional<Duration> idleTimeout,
    Optional<Duration> queueTtl,
    OptionalInt maxAttempts,
    Set<FailureReason> retryOn,
    Optional<RetryMode> retryMode,
    AgentChoices choices,
    int priority,
    Map<String, String> labels,
    Optional<IdempotencyKey> idempotencyKey,
    Optional<PublishRequest> publish) {
  public SubmitOrder {
    retryOn = Set.copyOf(retryOn);
    labels = Map.copyOf(labels);
  }
}
