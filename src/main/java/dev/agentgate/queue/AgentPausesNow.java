package dev.agentgate.queue;

import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.AgentPause.Reason;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pauses of agents at one moment.
 *
 * @param noted by the type of the agent, including pauses that are over
 * @param at the moment
 */
record AgentPausesNow(Map<String, AgentPause> noted, Instant at) {
  static final AgentPausesNow NONE = new AgentPausesNow(Map.of(), Instant.EPOCH);

  AgentPausesNow {
    noted = Map.copyOf(noted);
  }

  /** Returns the pause of an agent, even if it is over. */
  Optional<AgentPause> noted(String agentType) {
    return Optional.ofNullable(noted.get(agentType));
  }

  /** Returns the pause of an agent that is in force. */
  Optional<AgentPause> inForce(String agentType) {
    return noted(agentType).filter(pause -> pause.isInForce(at));
  }

  /** Returns all pauses that are in force, by the type of the agent, sorted. */
  Map<String, AgentPause> inForce() {
    Map<String, AgentPause> inForce = new TreeMap<>(noted);
    inForce.values().removeIf(pause -> !pause.isInForce(at));
    return inForce;
  }

  /**
   * Whether only one order of this agent may run: its pause is over, and no run has shown yet that
   * it works again.
   */
  boolean isOnProbation(String agentType) {
    AgentPause pause = noted.get(agentType);
    return pause != null && pause.reason() != Reason.MANUAL && !pause.isInForce(at);
  }
}
