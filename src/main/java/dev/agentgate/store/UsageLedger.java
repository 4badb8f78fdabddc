package dev.agentgate.store;

import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What runs that are over have used, in a {@link Store}, with the guarantees of the store. It keeps
 * each entry even after the run is removed.
 */
public interface UsageLedger {

  /**
   * Notes what a run used. A run that was noted before is not noted again. An instance that has
   * lost the run may do so, too: what it saw the run use was used.
   */
  @Writes
  void note(RunUsage usage);

  /**
   * Hands over what each run used that started in a period, in no order.
   *
   * @param from the first moment of the period; empty: no limit
   * @param to the moment after the period; empty: no limit
   */
  void forEach(Optional<Instant> from, Optional<Instant> to, Consumer<RunUsage> consumer);

  /**
   * Returns what the runs used together that started on a day, in UTC, by the type of their agent.
   * Cheap for the current day: it is asked before every start if there is a budget.
   */
  Map<String, Usage> ofDay(LocalDate day);

  /**
   * Returns the costs of the latest runs of a type of agent whose costs are known, in no order.
   * Runs that started more than a month ago may be left out.
   *
   * @param most the most costs to return, at most {@link #LATEST}
   */
  List<BigDecimal> latestCosts(String agentType, int most);

  /** The most costs that {@link #latestCosts} returns. */
  int LATEST = 20;
}
