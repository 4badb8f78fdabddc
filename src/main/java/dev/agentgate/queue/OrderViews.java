package dev.agentgate.queue;

import dev.agentgate.execution.RunOutputs;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.LogSummary;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderState.Cancelled;
import dev.agentgate.workorder.WorkOrderState.Completed;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Queued;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Adds to orders and runs what their records do not contain, for clients. */
final class OrderViews {
  private final Store store;
  private final RunOutputs outputs;
  private final Clock clock;

  OrderViews(Store store, RunOutputs outputs, Clock clock) {
    this.store = store;
    this.outputs = outputs;
    this.clock = clock;
  }

  /** Returns an order for clients. */
  WorkOrderView of(WorkOrder order) {
    RunResults results = results(order);
    return new WorkOrderView(
        order,
        store.queue().position(order.id()),
        QueueEntry.of(order).flatMap(QueueEntry::notBefore).filter(clock.instant()::isBefore),
        Set.of(),
        order.currentRun().flatMap(run -> lastActivity(run, results.log())),
        exitOf(order),
        results);
  }

  /** Returns the results of the last run, but with the usage of all runs that are still kept. */
  private RunResults results(WorkOrder order) {
    RunResults results = RunResults.NONE;
    Usage usage = Usage.UNKNOWN;
    for (RunId id : order.runs()) {
      Optional<Run> run = store.runs().find(id);
      if (run.isPresent()) {
        results = run.get().results();
        usage = usage.plus(results.usage());
      }
    }
    return results.used(usage);
  }

  private static Optional<ExitStatus> exitOf(WorkOrder order) {
    return switch (order.state()) {
      case Completed _ -> Optional.of(new ExitStatus(0));
      case Failed failed -> failed.exit();
      case Queued _, Running _, Cancelled _ -> Optional.empty();
    };
  }

  /** Of a run that is over, the log may be elsewhere, or here as a copy that was made later. */
  private Optional<Instant> lastActivity(RunId run, Optional<LogSummary> noted) {
    return noted.map(LogSummary::lastActivityAt).or(() -> outputs.log(run).lastActivityAt());
  }

  /** Returns a run for clients. */
  RunView of(Run run) {
    return new RunView(
        run,
        run.results().log().map(LogSummary::bytes).orElseGet(() -> outputs.log(run.id()).size()));
  }

  /** Returns the runs of an order that are still kept, newest first. */
  List<RunView> runsOf(WorkOrder order) {
    List<RunView> views = new ArrayList<>();
    for (RunId run : order.runs().reversed()) {
      store.runs().find(run).map(this::of).ifPresent(views::add);
    }
    return views;
  }
}
