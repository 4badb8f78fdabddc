package dev.agentgate.store;

import dev.agentgate.workorder.AgentPause;
import java.util.Map;
import java.util.Optional;

/** The pauses of agents in a {@link Store}, with the guarantees of the store. */
public interface AgentPauses {

  /** Returns the pauses by the type of the agent, including those whose end has passed. */
  Map<String, AgentPause> all();

  /**
   * Replaces the pause of an agent.
   *
   * @param pause empty: the agent is not paused
   */
  @Writes
  void set(String agentType, Optional<AgentPause> pause);

  /**
   * Replaces the pause of an agent, unless it was changed meanwhile, by whichever instance.
   *
   * @param before the pause that was read; empty: there was none
   * @return false if the pause is another one; nothing has changed then
   */
  @Writes
  boolean replace(String agentType, Optional<AgentPause> before, Optional<AgentPause> pause);
}
