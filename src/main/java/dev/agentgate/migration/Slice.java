package dev.agentgate.migration;

import dev.agentgate.store.file.FileStoreReader.Unreadable;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import java.util.List;
import java.util.Map;

/**
 * A few orders with everything that belongs to them, as the files have it.
 *
 * @param runs the records of the orders' runs, as the database will have them
 * @param fileSizes the runs whose logs and changes are copied, with the number of their bytes
 * @param tooLarge the number of runs whose logs and changes stay where they are
 */
record Slice(
    List<WorkOrder> orders,
    List<Run> runs,
    Map<RunId, Long> fileSizes,
    long tooLarge,
    List<Unreadable> unreadable) {}
