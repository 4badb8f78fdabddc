package dev.agentgate.queue;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/**
 * What runs may cost together on one day in UTC, in US dollars.
 *
 * @param all the budget of all agents together
 * @param byAgent the budgets of single types of agent
 */
public record DailyBudgets(Optional<BigDecimal> all, Map<String, BigDecimal> byAgent) {
  /** No agent has a budget. */
  public static final DailyBudgets NONE = new DailyBudgets(Optional.empty(), Map.of());

  public DailyBudgets {
    byAgent = Map.copyOf(byAgent);
  }

  boolean isEmpty() {
    return all.isEmpty() && byAgent.isEmpty();
  }

  /** Whether the runs of this type of agent are counted against a budget. */
  boolean bounds(String agentType) {
    return all.isPresent() || byAgent.containsKey(agentType);
  }
}
