package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Sums what runs used: those in the ledger, which also has purged ones, and those that are going
 * on. Only the sums stay in memory.
 */
public final class UsageReport {
  private final Store store;
  private final RunningUsage running;
  private final Clock clock;

  UsageReport(Store store, RunningUsage running, Clock clock) {
    this.clock = clock;
    this.store = store;
    this.running = running;
  }

  /**
   * What the runs with one key used together.
   *
   * @param runs the number of runs
   */
  public record Line(String key, long runs, Usage usage) {
    private Line plus(Line more) {
      return new Line(key, runs + more.runs, usage.plus(more.usage));
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
      Function<RunUsage, String> key, Optional<Instant> from, Optional<Instant> to) {
    Map<String, Line> lines = new TreeMap<>();
    // In this order, because a run that ends in between is then in the ledger.
    Map<RunId, RunUsage> unfinished = new HashMap<>();
    for (RunUsage used : running.all()) {
      if (used.startedIn(from, to)) {
        unfinished.put(used.run(), used);
      }
    }
    store
        .usage()
        .forEach(
            from,
            to,
            used -> {
              unfinished.remove(used.run());
              add(lines, key, used);
            });
    unfinished.values().forEach(used -> add(lines, key, used));
    return List.copyOf(lines.values());
  }

  /** Returns the usage of the runs that started today (UTC), by the type of their agent. */
  public Map<String, Usage> today() {
    LocalDate today = RunUsage.dayOf(clock.instant());
    List<RunUsage> unfinished = running.all();
    Map<String, Usage> sums = new HashMap<>(store.usage().ofDay(today));
    unfinished.stream()
        .filter(used -> used.day().equals(today))
        .forEach(used -> sums.merge(used.agentType(), used.usage(), Usage::plus));
    return sums;
  }

  private static void add(
      Map<String, Line> lines, Function<RunUsage, String> grouping, RunUsage used) {
    String key = grouping.apply(used);
    lines.merge(key, new Line(key, 1, used.usage()), Line::plus);
  }
}
