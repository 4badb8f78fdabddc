package dev.agentgate.workorder;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/**
 * What one run used, with everything that it can be counted under. It stays when the run is purged.
 *
 * @param startedAt the run counts in the period that contains this moment
 * @param model the model that did the work, or else the one that the order asked for
 * @param repository as in {@link WorkspaceSource#repository()}
 * @param labels of the order
 */
public record RunUsage(
    RunId run,
    Instant startedAt,
    String agentType,
    Optional<String> model,
    Optional<String> repository,
    Map<String, String> labels,
    Usage usage) {

  public RunUsage {
    labels = Map.copyOf(labels);
  }

  /** Returns what a run of an order has used so far. */
  public static RunUsage of(WorkOrder order, Run run) {
    return new RunUsage(
        run.id(),
        run.startedAt(),
        order.spec().agentType(),
        run.results().model().or(() -> order.spec().choices().model()),
        order.spec().workspaceSource().repository(),
        order.spec().labels(),
        run.results().usage());
  }

  /**
   * Whether the run counts in a period.
   *
   * @param from the first moment of the period; empty: no limit
   * @param to the moment after the period; empty: no limit
   */
  public boolean startedIn(Optional<Instant> from, Optional<Instant> to) {
    return from.filter(startedAt::isBefore).isEmpty()
        && to.filter(end -> !startedAt.isBefore(end)).isEmpty();
  }

  /** Returns the day on which the run counts, in UTC. */
  public LocalDate day() {
    return dayOf(startedAt);
  }

  /** Returns the day of a moment in UTC. */
  public static LocalDate dayOf(Instant moment) {
    return LocalDate.ofInstant(moment, ZoneOffset.UTC);
  }
}
