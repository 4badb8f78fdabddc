package dev.agentgate.workorder;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an order wants its agent to work. An empty value is left to the agent.
 *
 * @param maxIterations the largest number of turns, 1..100
 * @param model the model's name in the agent's spelling
 * @param maxCostUsd the most that one run may cost, in US dollars; more than 0
 */
public record AgentChoices(
    OptionalInt maxIterations, Optional<String> model, Optional<BigDecimal> maxCostUsd) {
  /** Leaves everything to the agent. */
  public static final AgentChoices NONE =
      new AgentChoices(OptionalInt.empty(), Optional.empty(), Optional.empty());
}
