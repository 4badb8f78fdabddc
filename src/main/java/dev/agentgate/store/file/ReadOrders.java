package dev.agentgate.store.file;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The orders that were read last, for clients that look at the same page of a list again and again.
 * An order is in use only while its file is as it was when it was read. Safe for use by many
 * threads.
 */
final class ReadOrders {
  private static final int MOST = 256;

  /** Larger orders are not kept, so that all of them together stay small. */
  private static final int LARGEST = 16 * 1024;

  /** Guarded by this. The order read longest ago comes first. */
  private final Map<WorkOrderId, Read> kept = new LinkedHashMap<>(MOST, 0.75f, true);

  /** What shows whether a file was replaced or edited. */
  record Version(long size, FileTime modifiedAt) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(attributes.size(), attributes.lastModifiedTime());
    }
  }

  private record Read(Version version, WorkOrder order) {}

  /** Returns the order in this version of its file, if it is kept. */
  synchronized Optional<WorkOrder> find(WorkOrderId id, Version version) {
    Read read = kept.get(id);
    return read != null && read.version().equals(version)
        ? Optional.of(read.order())
        : Optional.empty();
  }

  /** Keeps an order that was read from this version of its file or a newer one. */
  synchronized void keep(Version version, WorkOrder order) {
    if (version.size() <= LARGEST) {
      kept.put(order.id(), new Read(version, order));
      if (kept.size() > MOST) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
  }
}
