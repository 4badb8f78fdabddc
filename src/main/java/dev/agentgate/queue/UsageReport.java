package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Sums what runs used. The sums come from the records of the runs, so runs of purged orders no
 * longer count. A report reads the records of all runs of its time; nothing else of them stays in
 * memory.
 */
public final class UsageReport {
  private final Store store;

  UsageReport(Store store) {
    this.store = store;
  }

  /**
   * What the runs with one key used together.
   *
   * @param runs the number of runs
   */
  public record Line(String key, long runs, Usage usage) {
    private Line plus(Usage more) {
      return new Line(key, runs + 1, usage.plus(more));
    }
  }

  /**
   * Sums what runs used that started in a period.
   *
   * @param key returns what a run is counted under
   * @param from the first moment of the period; empty: no limit
   * @param to the moment after the period; empty: no limit
   * @return the sums, sorted by key
   */
  public List<Line> sum(
      BiFunction<WorkOrder, Run, String> key, Optional<Instant> from, Optional<Instant> to) {
    Map<String, Line> lines = new TreeMap<>();
    Iterator<WorkOrderId> ids = store.workOrders().ids();
    while (ids.hasNext()) {
      WorkOrderId id = ids.next();
      List<Run> runs =
          store.runs().ofOrder(id).stream()
              .filter(run -> mayBeIn(run, from))
              .flatMap(run -> store.runs().find(run).stream())
              .filter(run -> isIn(run.startedAt(), from, to))
              .toList();
      if (!runs.isEmpty()) {
        store
            .workOrders()
            .findListed(id)
            .ifPresent(order -> runs.forEach(run -> add(lines, key.apply(order, run), run)));
      }
    }
    return List.copyOf(lines.values());
  }

  private static void add(Map<String, Line> lines, String key, Run run) {
    lines.merge(
        key, new Line(key, 1, run.results().usage()), (sum, _) -> sum.plus(run.results().usage()));
  }

  /**
   * Whether a run may have started in the period, as far as its id tells. Ids follow the clock, but
   * never go back with it, so they tell only that a run is too old.
   */
  private static boolean mayBeIn(RunId run, Optional<Instant> from) {
    return from.isEmpty() || run.compareTo(RunId.firstOf(from.get())) >= 0;
  }

  private static boolean isIn(Instant time, Optional<Instant> from, Optional<Instant> to) {
    return from.filter(time::isBefore).isEmpty() && to.filter(end -> !time.isBefore(end)).isEmpty();
  }
}
