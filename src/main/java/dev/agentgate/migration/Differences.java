package dev.agentgate.migration;

import dev.agentgate.migration.MigrationFailedException.Reason;
import java.util.ArrayList;
import java.util.List;

/** What differs between the files and the database. Safe for use by many threads. */
final class Differences {
  private static final int MOST = 20;

  private final List<String> first = new ArrayList<>();
  private long count;

  synchronized void add(String difference) {
    if (++count <= MOST) {
      first.add(difference);
    }
  }

  void addAll(List<String> differences) {
    differences.forEach(this::add);
  }

  /**
   * @throws MigrationFailedException if there is a difference
   */
  synchronized void requireNone() {
    if (count > 0) {
      throw new MigrationFailedException(
          Reason.DIFFERENT,
          "%s differences between the files and the database:\n  %s%s"
              .formatted(
                  Tally.number(count),
                  String.join("\n  ", first),
                  count > first.size() ? "\n  …" : ""));
    }
  }
}
