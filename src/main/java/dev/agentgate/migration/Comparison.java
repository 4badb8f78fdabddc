package dev.agentgate.migration;

import dev.agentgate.execution.PortableFiles;
import dev.agentgate.migration.MigrationFailedException.Reason;
import dev.agentgate.store.postgres.ImportCheck;
import dev.agentgate.store.postgres.ImportTotals;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What differs between the files and the database. Safe for use by many threads. */
final class Comparison {
  /** So many are enough to see what is wrong. */
  private static final int MOST_SHOWN = 20;

  private final PortableFiles files;
  private final ImportCheck database;
  private final List<String> first = new ArrayList<>();
  private long count;

  Comparison(PortableFiles files, ImportCheck database) {
    this.files = files;
    this.database = database;
  }

  private synchronized void add(String difference) {
    if (++count <= MOST_SHOWN) {
      first.add(difference);
    }
  }

  void compare(Slice slice) throws IOException {
    database.differences(slice.orders(), slice.runs()).forEach(this::add);
    Set<RunId> runs = slice.fileSizes().keySet();
    if (runs.isEmpty()) {
      return;
    }
    FileDigests expected = new FileDigests();
    for (RunId run : runs) {
      files.export(run, (file, position, bytes) -> expected.add(run, file, position, bytes));
    }
    FileDigests stored = new FileDigests();
    database.readFiles(
        runs, (run, piece) -> stored.add(run, piece.file(), piece.position(), piece.bytes()));
    for (RunId run : runs) {
      if (!stored.of(run).equals(expected.of(run))) {
        add("The log or the changes of " + run + " are different.");
      }
    }
  }

  void compareUsage(List<RunUsage> usage) {
    database.usageDifferences(usage).forEach(this::add);
  }

  void comparePauses(Map<String, AgentPause> agents, boolean queue) {
    if (!database.agentPauses().equals(agents) || database.isPaused() != queue) {
      add("The pauses of the queue or of agents are different.");
    }
  }

  void compareTotals(ImportTotals expected) {
    ImportTotals stored = database.totals();
    if (!stored.equals(expected)) {
      add("The database has %s instead of %s.".formatted(stored, expected));
    }
  }

  /**
   * @throws MigrationFailedException if there is a difference
   */
  synchronized void requireSame() {
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
