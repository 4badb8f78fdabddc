package dev.agentgate.migration;

import dev.agentgate.execution.PortableFiles;
import dev.agentgate.store.file.FileStoreReader;
import dev.agentgate.store.file.FileStoreReader.Intact;
import dev.agentgate.store.file.FileStoreReader.Unreadable;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads orders and their runs from the files, always with the same result. */
final class SliceReader {
  /** The text of orders and runs, in characters, that is in memory at a time for each thread. */
  static final long LENGTH_AT_ONCE = 4 << 20;

  private final FileStoreReader store;
  private final PortableFiles files;
  private final InstanceId instance;
  private final long mostBytes;

  /**
   * @param instance the instance that will use the data directory, so that has the files of the
   *     runs
   * @param mostBytes the most bytes of one run that are copied
   */
  SliceReader(FileStoreReader store, PortableFiles files, InstanceId instance, long mostBytes) {
    this.store = store;
    this.files = files;
    this.instance = instance;
    this.mostBytes = mostBytes;
  }

  /** What is done with a few orders. */
  interface Step {
    void with(Slice slice) throws IOException;
  }

  /** Reads orders, and does a step with as many of them at a time as fit into memory. */
  void read(List<WorkOrderId> ids, Step step) throws IOException {
    List<WorkOrder> orders = new ArrayList<>(ids.size());
    List<Run> runs = new ArrayList<>(ids.size());
    List<Unreadable> unreadable = new ArrayList<>();
    long length = 0;
    for (WorkOrderId id : ids) {
      switch (store.read(id)) {
        case Intact(WorkOrder order) -> {
          orders.add(order);
          length += order.spec().taskPrompt().length();
          for (RunId run : order.runs()) {
            length += addRun(run, runs, unreadable);
          }
        }
        case Unreadable problem -> unreadable.add(problem);
      }
      if (length > LENGTH_AT_ONCE) {
        step.with(slice(orders, runs, unreadable));
        orders.clear();
        runs.clear();
        unreadable.clear();
        length = 0;
      }
    }
    step.with(slice(orders, runs, unreadable));
  }

  private Slice slice(List<WorkOrder> orders, List<Run> runs, List<Unreadable> unreadable)
      throws IOException {
    Map<RunId, Long> sizes = new LinkedHashMap<>();
    long tooLarge = 0;
    for (Run run : runs) {
      long size = run.state() instanceof RunState.Ended ? files.exportSize(run.id()) : 0;
      if (size > mostBytes) {
        tooLarge++;
      } else if (size > 0) {
        sizes.put(run.id(), size);
      }
    }
    return new Slice(
        List.copyOf(orders), List.copyOf(runs), sizes, tooLarge, List.copyOf(unreadable));
  }

  /** Adds the record of a run; returns the length of its longest text. */
  private int addRun(RunId id, List<Run> runs, List<Unreadable> unreadable) throws IOException {
    try {
      Optional<Run> run = store.run(id);
      run.map(it -> it.instance().isPresent() ? it : it.at(instance)).ifPresent(runs::add);
      return run.flatMap(it -> it.results().result()).map(String::length).orElse(0);
    } catch (UnreadableRecordException e) {
      unreadable.add(new Unreadable(id.value(), String.valueOf(e.getMessage())));
      return 0;
    }
  }
}
