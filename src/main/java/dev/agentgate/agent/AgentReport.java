package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;
import java.util.Optional;

/**
 * What a run's output has told so far about the run.
 *
 * @param sessionId with which the agent's session can be continued
 * @param model the one that did the work
 * @param result the agent's last words, at most 64 KiB
 * @param usage of this run alone, even where it continued a session
 */
public record AgentReport(
    Optional<String> sessionId, Optional<String> model, Optional<String> result, Usage usage) {
  /** Nothing was told. */
  public static final AgentReport EMPTY =
      new AgentReport(Optional.empty(), Optional.empty(), Optional.empty(), Usage.UNKNOWN);
}
