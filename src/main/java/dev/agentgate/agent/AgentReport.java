package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.util.Optional;

/**
 * Everything that a run's output has said about the run so far.
 *
 * @param sessionId identifies the agent's session, which a later run can continue
 * @param model the model that did the work
 * @param result the agent's last message, at most 64 KiB
 * @param usage what this run alone used, even if it continued a session
 */
public record AgentReport(
    Optional<String> sessionId, Optional<String> model, Optional<String> result, Usage usage) {
  /** The output has said nothing. */
  public static final AgentReport EMPTY =
      new AgentReport(Optional.empty(), Optional.empty(), Optional.empty(), Usage.UNKNOWN);
}
