package dev.agentgate.queue;

import dev.agentgate.store.Store;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Knows what the runs that are going on have used so far, on all instances. */
final class RunningUsage {
  private final Store store;
  private final RunSlots slots;

  RunningUsage(Store store, RunSlots slots) {
    this.store = store;
    this.slots = slots;
  }

  /**
   * A run that is going on.
   *
   * @param used so far
   * @param maxCostUsd what the order lets it cost
   */
  record Ongoing(RunUsage used, Optional<BigDecimal> maxCostUsd) {
    private static Ongoing of(WorkOrder order, Run run) {
      return new Ongoing(RunUsage.of(order, run), order.spec().choices().maxCostUsd());
    }
  }

  /** Returns what each run has used so far. */
  List<RunUsage> all() {
    return ongoing().stream().map(Ongoing::used).toList();
  }

  /** Returns each run that is going on. */
  List<Ongoing> ongoing() {
    return store.queue().running().stream().flatMap(entry -> find(entry).stream()).toList();
  }

  private Optional<Ongoing> find(RunningEntry entry) {
    RunId run = entry.run();
    Optional<RunSupervisor> supervisor =
        slots.of(entry.id()).filter(candidate -> candidate.run().equals(run));
    return supervisor
        .map(own -> Ongoing.of(own.order(), own.current()))
        .or(() ->
            store
                .workOrders()
                .findListed(entry.id())
                .flatMap(order -> store.runs().find(run).map(record -> Ongoing.of(order, record))));
  }
}
