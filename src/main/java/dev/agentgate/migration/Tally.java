package dev.agentgate.migration;

import dev.agentgate.store.file.FileStoreReader.Unreadable;
import dev.agentgate.store.postgres.ImportTotals;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What the files hold. Safe for use by many threads. */
final class Tally {
  /** So many names are enough to see what is wrong. */
  private static final int MOST_NAMES = 20;

  private final Map<WorkOrderStatus, Long> orders = new TreeMap<>();
  private final List<Unreadable> unreadable = new ArrayList<>();
  private final List<WorkOrderId> running = new ArrayList<>();
  private long unreadableCount;
  private long runningCount;
  private long keys;
  private long runs;
  private long runsWithFiles;
  private long bytes;
  private long tooLarge;
  private long usage;

  synchronized void add(Slice slice) {
    for (WorkOrder order : slice.orders()) {
      orders.merge(order.status(), 1L, Long::sum);
      keys += order.idempotencyKey().isPresent() ? 1 : 0;
      if (order.status() == WorkOrderStatus.RUNNING && ++runningCount <= MOST_NAMES) {
        running.add(order.id());
      }
    }
    runs += slice.runs().size();
    runsWithFiles += slice.fileSizes().size();
    bytes += slice.fileSizes().values().stream().mapToLong(Long::longValue).sum();
    tooLarge += slice.tooLarge();
    slice.unreadable().forEach(this::add);
  }

  synchronized void add(Unreadable problem) {
    if (++unreadableCount <= MOST_NAMES) {
      unreadable.add(problem);
    }
  }

  synchronized void add(RunUsage used) {
    usage++;
  }

  synchronized long running() {
    return runningCount;
  }

  /** Returns the first running orders, as a list for people. */
  synchronized String runningNames() {
    return running.stream().sorted().map(WorkOrderId::value).collect(Collectors.joining(", "))
        + (runningCount > running.size() ? ", …" : "");
  }

  synchronized long unreadable() {
    return unreadableCount;
  }

  /** Returns the first things that cannot be read, one per line. */
  synchronized List<String> unreadableNames() {
    List<String> lines = new ArrayList<>();
    unreadable.forEach(it -> lines.add("  " + it));
    if (unreadableCount > unreadable.size()) {
      lines.add("  and " + (unreadableCount - unreadable.size()) + " more");
    }
    return lines;
  }

  /** Returns what a database with the same content must have. */
  synchronized ImportTotals totals() {
    return new ImportTotals(
        orders,
        orders,
        orders.getOrDefault(WorkOrderStatus.QUEUED, 0L),
        keys,
        runs,
        runsWithFiles,
        usage);
  }

  /** Returns what the files hold, for people. */
  synchronized List<String> lines() {
    String statuses =
        orders.entrySet().stream()
            .map(it -> it.getKey().wireName() + " " + number(it.getValue()))
            .collect(Collectors.joining(", "));
    List<String> lines = new ArrayList<>();
    lines.add(
        "Orders: %s%s"
            .formatted(
                number(orders.values().stream().mapToLong(Long::longValue).sum()),
                statuses.isEmpty() ? "" : " (" + statuses + ")"));
    lines.add("Idempotency keys: " + number(keys));
    lines.add("Runs: " + number(runs));
    lines.add(
        "Runs with logs and changes: %s (%s bytes)"
            .formatted(number(runsWithFiles), number(bytes)));
    if (tooLarge > 0) {
      lines.add(
          "Runs whose logs and changes exceed agentgate.store.archive-max-size and stay in the"
              + " data directory: "
              + number(tooLarge));
    }
    lines.add("Runs in the usage ledger: " + number(usage));
    return lines;
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
