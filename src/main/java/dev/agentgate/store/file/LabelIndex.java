package dev.agentgate.store.file;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The orders that have each label, newest first. The lock of {@link WorkOrderIndex} guards it. */
final class LabelIndex {
  private final Map<Label, OrderedChunks<IndexEntry>> byLabel = new HashMap<>();

  private record Label(String key, String value) {}

  private static List<Label> labelsOf(IndexEntry entry) {
    String[] flat = entry.labels();
    List<Label> labels = new ArrayList<>(flat.length / 2);
    for (int i = 0; i < flat.length; i += 2) {
      labels.add(new Label(flat[i], flat[i + 1]));
    }
    return labels;
  }

  /** Adds everything that was on disk; the index must be empty. */
  void fill(Collection<IndexEntry> entries) {
    Map<Label, List<IndexEntry>> labelled = new HashMap<>();
    for (IndexEntry entry : entries) {
      labelsOf(entry)
          .forEach(label -> labelled.computeIfAbsent(label, _ -> new ArrayList<>()).add(entry));
    }
    labelled.forEach((label, group) -> with(label).fill(group));
  }

  private OrderedChunks<IndexEntry> with(Label label) {
    return byLabel.computeIfAbsent(label, _ -> new OrderedChunks<>(IndexEntry.NEWEST_FIRST));
  }

  void add(IndexEntry entry) {
    labelsOf(entry).forEach(label -> with(label).add(entry));
  }

  void remove(IndexEntry entry) {
    for (Label label : labelsOf(entry)) {
      OrderedChunks<IndexEntry> same = with(label);
      same.remove(entry);
      if (same.size() == 0) {
        byLabel.remove(label);
      }
    }
  }

  /** Returns the orders with the rarest of these labels; empty if no order has one of them. */
  Optional<OrderedChunks<IndexEntry>> rarest(Map<String, String> labels) {
    OrderedChunks<IndexEntry> rarest = null;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      OrderedChunks<IndexEntry> same = byLabel.get(new Label(label.getKey(), label.getValue()));
      if (same == null) {
        return Optional.empty();
      }
      if (rarest == null || same.size() < rarest.size()) {
        rarest = same;
      }
    }
    return Optional.ofNullable(rarest);
  }
}
