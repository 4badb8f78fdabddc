package dev.agentgate.queue;

import dev.agentgate.queue.RunningUsage.Ongoing;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.UsageLedger;
import dev.agentgate.workorder.RunUsage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Compares what runs cost with the daily budgets. A run in progress counts with what it may cost in
 * the end: what its order allows, or else the mean of the agent's latest runs. It counts today even
 * if it started yesterday, because it spends today.
 */
final class Spending {
  private static final Logger LOG = Logger.getLogger(Spending.class);

  private final DailyBudgets budgets;
  private final Store store;
  private final RunningUsage running;
  private final Clock clock;

  /** Whether the last look could read what was spent; if not, that is in the log. */
  private volatile boolean readable = true;

  Spending(DailyBudgets budgets, Store store, RunningUsage running, Clock clock) {
    this.budgets = budgets;
    this.store = store;
    this.running = running;
    this.clock = clock;
  }

  /** Returns what budgets allow now. Reads nothing if there is no budget. */
  BudgetState look() {
    LocalDate today = RunUsage.dayOf(clock.instant());
    if (budgets.isEmpty()) {
      return new BudgetState(budgets, today, true, Map.of());
    }
    try {
      BudgetState state = new BudgetState(budgets, today, true, amounts(today));
      readable = true;
      return state;
    } catch (StoreUnavailableException e) {
      // Those who ask why nothing starts need an answer most when something is broken.
      if (readable) {
        readable = false;
        LOG.warnf("What was spent today cannot be read: %s", e.getMessage());
      }
      return new BudgetState(budgets, today, false, Map.of());
    }
  }

  private Map<String, BudgetState.Amount> amounts(LocalDate today) {
    Map<String, BudgetState.Amount> amounts = new HashMap<>();
    // In this order, so that a run that ends in between counts twice for a moment, but is never
    // missed.
    List<Ongoing> ongoing = running.ongoing();
    store
        .usage()
        .ofDay(today)
        .forEach((agent, usage) ->
            usage
                .costUsd()
                .ifPresent(
                    cost -> amounts.put(agent, new BudgetState.Amount(cost, BigDecimal.ZERO))));
    Map<String, BigDecimal> means = new HashMap<>();
    for (Ongoing run : ongoing) {
      String agent = run.used().agentType();
      BigDecimal spent = run.used().usage().costUsd().orElse(BigDecimal.ZERO);
      BigDecimal likely =
          run.maxCostUsd().orElseGet(() -> means.computeIfAbsent(agent, this::meanCost));
      amounts.merge(
          agent,
          new BudgetState.Amount(spent, likely.subtract(spent).max(BigDecimal.ZERO)),
          BudgetState.Amount::plus);
    }
    return amounts;
  }

  private BigDecimal meanCost(String agentType) {
    List<BigDecimal> costs = store.usage().latestCosts(agentType, UsageLedger.LATEST);
    return costs.isEmpty()
        ? BigDecimal.ZERO
        : costs.stream()
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(BigDecimal.valueOf(costs.size()), MathContext.DECIMAL64);
  }
}
