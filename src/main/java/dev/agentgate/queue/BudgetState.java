package dev.agentgate.queue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What daily budgets allow at one moment.
 *
 * @param day the current day in UTC
 * @param known false if what was spent cannot be read now; then no budget allows a run
 * @param amounts by the type of agent
 */
record BudgetState(
    DailyBudgets budgets, LocalDate day, boolean known, Map<String, Amount> amounts) {
  private static final int DECIMAL_PLACES = 4;

  BudgetState {
    amounts = Map.copyOf(amounts);
  }

  /**
   * An amount in US dollars.
   *
   * @param spent today
   * @param expected what runs in progress may spend in addition
   */
  record Amount(BigDecimal spent, BigDecimal expected) {
    private static final Amount NONE = new Amount(BigDecimal.ZERO, BigDecimal.ZERO);

    Amount plus(Amount other) {
      return new Amount(spent.add(other.spent), expected.add(other.expected));
    }

    private boolean exhausts(BigDecimal budget) {
      return spent.compareTo(budget) >= 0 || spent.add(expected).compareTo(budget) > 0;
    }
  }

  /** Whether the budget of all agents together allows no further run. */
  boolean isExhausted() {
    return budgets.all().filter(this::isExhaustedByAll).isPresent();
  }

  private boolean isExhaustedByAll(BigDecimal budget) {
    return !known || total().exhausts(budget);
  }

  /** Whether a budget allows no further run of this type of agent. */
  boolean isExhausted(String agentType) {
    BigDecimal own = budgets.byAgent().get(agentType);
    return isExhausted() || (own != null && (!known || of(agentType).exhausts(own)));
  }

  private Amount total() {
    return amounts.values().stream().reduce(Amount.NONE, Amount::plus);
  }

  private Amount of(String agentType) {
    return amounts.getOrDefault(agentType, Amount.NONE);
  }

  /** Returns a sentence for each budget that allows no further run. */
  List<String> sentences() {
    if (!known) {
      return List.of(
          "What was spent today cannot be read now, so no order of an agent with a daily budget"
              + " starts");
    }
    List<String> sentences = new ArrayList<>();
    budgets
        .all()
        .filter(total()::exhausts)
        .ifPresent(budget -> sentences.add(sentence("all agents", total(), budget)));
    new TreeMap<>(budgets.byAgent())
        .forEach((agent, budget) -> {
          if (of(agent).exhausts(budget)) {
            sentences.add(sentence("agent " + agent, of(agent), budget));
          }
        });
    return sentences;
  }

  private String sentence(String whose, Amount amount, BigDecimal budget) {
    return "The daily budget of "
        + whose
        + " allows no further run: "
        + text(amount.spent())
        + " of "
        + text(budget)
        + " USD spent on "
        + day
        + " (UTC), and runs in progress may spend "
        + text(amount.expected())
        + " USD more";
  }

  private static String text(BigDecimal amount) {
    return amount
        .setScale(DECIMAL_PLACES, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
