package dev.agentgate.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Figures of one kind, and what stands for them. */
public final class Samples {
  private final List<Double> values = new ArrayList<>();

  public void add(double value) {
    values.add(value);
  }

  public double median() {
    return percentile(50);
  }

  /** The least value that at least this many percent do not exceed. */
  double percentile(int percent) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int rank = (int) Math.ceil(sorted.size() * percent / 100.0);
    return sorted.get(Math.max(0, rank - 1));
  }

  public double least() {
    return Collections.min(values);
  }

  public double most() {
    return Collections.max(values);
  }

  /** The usual line of a latency. */
  String millis() {
    return String.format(
        Locale.ROOT,
        "p50 %.2f ms, p99 %.2f ms (%d times)",
        percentile(50),
        percentile(99),
        values.size());
  }
}
