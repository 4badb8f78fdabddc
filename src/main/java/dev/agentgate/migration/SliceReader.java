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

  Slice read(List<WorkOrderId> ids) throws IOException {
    List<WorkOrder> orders = new ArrayList<>(ids.size());
    List<Run> runs = new ArrayList<>(ids.size());
    List<Unreadable> unreadable = new ArrayList<>();
    for (WorkOrderId id : ids) {
      switch (store.read(id)) {
        case Intact(WorkOrder order) -> {
          orders.add(order);
          for (RunId run : order.runs()) {
            addRun(run, runs, unreadable);
          }
        }
        case Unreadable problem -> unreadable.add(problem);
      }
    }
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
    return new Slice(orders, runs, sizes, tooLarge, unreadable);
  }

  private void addRun(RunId id, List<Run> runs, List<Unreadable> unreadable) throws IOException {
    try {
      Optional<Run> run = store.run(id);
      run.map(it -> it.instance().isPresent() ? it : it.at(instance)).ifPresent(runs::add);
    } catch (UnreadableRecordException e) {
      unreadable.add(new Unreadable(id.value(), String.valueOf(e.getMessage())));
    }
  }
}
