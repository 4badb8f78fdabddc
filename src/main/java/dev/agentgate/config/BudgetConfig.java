package dev.agentgate.config;

import java.math.BigDecimal;
import java.util.Optional;

/** What agents may cost. */
public interface BudgetConfig {
  /**
   * What the runs of all agents together may cost a day, in US dollars; no limit if unset. A day
   * begins at midnight UTC. No run starts if what was spent today, plus what the running orders may
   * still spend, passes it; orders then wait.
   */
  @AtLeast("0")
  Optional<BigDecimal> dailyUsd();
}
