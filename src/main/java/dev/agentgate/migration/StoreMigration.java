package dev.agentgate.migration;

import dev.agentgate.execution.PortableFiles;
import dev.agentgate.migration.MigrationFailedException.Reason;
import dev.agentgate.store.ArchivedPiece;
import dev.agentgate.store.file.FileStoreReader;
import dev.agentgate.store.file.FileStoreReader.Unreadable;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.postgres.PostgresImport;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Copies the orders of a file store into a database, reads everything back, and compares it with
 * the files, which it does not change. It can be ended at any moment and repeated: what is there
 * already is not copied again, and everything is compared again.
 *
 * <p>Three passes over the files keep only a few orders in memory at a time: the first one finds
 * what prevents the copy before anything is written, the second copies, the third compares.
 */
public final class StoreMigration {
  /** At most; fewer large ones. */
  private static final int ORDERS_AT_ONCE = 100;

  private static final int USAGE_AT_ONCE = 1_000;

  /** Files of more than one run are copied in one step only up to so many bytes. */
  private static final long BYTES_AT_ONCE = 16 << 20;

  private final FileStoreReader from;
  private final PortableFiles files;
  private final PostgresImport to;
  private final Options options;
  private final SliceReader reader;
  private final Consumer<String> tell;

  /**
   * How a store is copied.
   *
   * @param instance the instance that will use the data directory
   * @param mostBytesOfRun the most bytes of the log and the changes of one run that are copied
   * @param leaveUnreadable whether what cannot be read is left behind
   */
  public record Options(InstanceId instance, long mostBytesOfRun, boolean leaveUnreadable) {}

  /**
   * @param tell tells a person what is done
   */
  public StoreMigration(
      FileStoreReader from,
      PortableFiles files,
      PostgresImport to,
      Options options,
      Consumer<String> tell) {
    this.from = from;
    this.files = files;
    this.to = to;
    this.options = options;
    this.reader = new SliceReader(from, files, options.instance(), options.mostBytesOfRun());
    this.tell = tell;
  }

  /**
   * Tells what would be copied, and changes nothing.
   *
   * @return what the files hold, for people
   * @throws MigrationFailedException if it could not be copied now
   */
  public List<String> plan() throws IOException {
    Tally tally = survey();
    requireCopyable(tally);
    List<String> lines = new ArrayList<>(tally.lines());
    if (!isComplete(tally)) {
      throw new MigrationFailedException(
          Reason.UNREADABLE,
          """
          Nothing was written. This would be copied:
          %s
          Some files cannot be read; they are named above. Repair or remove them before you copy, \
          or use --leave-unreadable.\
          """
              .formatted(String.join("\n", lines)));
    }
    return lines;
  }

  /**
   * Copies everything.
   *
   * @param afterCheck called when everything was found to be the same, before instances may open
   *     the database
   * @return what was copied, for people
   * @throws MigrationFailedException if not everything was copied
   */
  public List<String> run(Runnable afterCheck) throws IOException {
    Tally tally = survey();
    requireCopyable(tally);
    to.begin();
    requireSameOrders();
    copy();
    compare(tally);
    requireReadable(tally);
    afterCheck.run();
    to.complete();
    return tally.lines();
  }

  private Tally survey() throws IOException {
    Tally tally = new Tally();
    from.unreadable().forEach(tally::add);
    settings().unreadable().forEach(tally::add);
    eachSlice("Read", tally::add);
    from.forEachUsage(tally::add).forEach(tally::add);
    return tally;
  }

  private void requireCopyable(Tally tally) {
    if (tally.running() > 0) {
      throw new MigrationFailedException(
          Reason.NOT_NOW,
          """
          Orders are running, and their agents may still be at work: %s. Start the service with \
          the file store once more and stop it (SIGTERM): it puts them back into the queue. Then \
          try again.\
          """
              .formatted(tally.runningNames()));
    }
    if (tally.unreadable() > 0) {
      tell.accept("These cannot be read and are not copied:");
      tally.unreadableNames().forEach(tell);
    }
  }

  private boolean isComplete(Tally tally) {
    return tally.unreadable() == 0 || options.leaveUnreadable();
  }

  private void requireReadable(Tally tally) {
    if (!isComplete(tally)) {
      throw new MigrationFailedException(
          Reason.UNREADABLE,
          """
          Some files cannot be read; they are named above. Everything else was copied and is the \
          same. Repair or remove them and try again, or use --leave-unreadable.\
          """);
    }
  }

  /** An earlier copy that was not completed must have been one of the same files. */
  private void requireSameOrders() {
    Iterator<WorkOrderId> own = from.ids().iterator();
    to.forEachId(id -> {
      Optional<WorkOrderId> next = Optional.empty();
      while (own.hasNext() && next.filter(it -> it.compareTo(id) >= 0).isEmpty()) {
        next = Optional.of(own.next());
      }
      if (next.filter(id::equals).isEmpty()) {
        throw new MigrationFailedException(
            Reason.FOREIGN,
            """
            The database has the order %s, which this data directory does not have. Either the \
            data directory of another service is being copied into it, or the order was purged \
            after an earlier attempt. Make the database empty, or name another one.\
            """
                .formatted(id));
      }
    });
  }

  private void copy() throws IOException {
    eachSlice(
        "Copied",
        slice -> {
          to.putOrders(slice.orders(), slice.runs());
          copyFiles(slice.fileSizes());
          // An earlier attempt may have copied larger ones.
          to.removeFiles(
              slice.runs().stream()
                  .map(Run::id)
                  .filter(run -> !slice.fileSizes().containsKey(run))
                  .toList());
        });
    eachUsage(to::putUsage);
    Settings settings = settings();
    to.putPauses(settings.pauses(), settings.paused());
    to.analyze();
  }

  private void copyFiles(Map<RunId, Long> sizes) throws IOException {
    List<RunId> runs = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<RunId, Long> run : sizes.entrySet()) {
      if (!runs.isEmpty() && bytes + run.getValue() > BYTES_AT_ONCE) {
        putFiles(runs);
        runs.clear();
        bytes = 0;
      }
      runs.add(run.getKey());
      bytes += run.getValue();
    }
    if (!runs.isEmpty()) {
      putFiles(runs);
    }
  }

  private void putFiles(List<RunId> runs) throws IOException {
    to.putFiles(
        runs,
        (run, sink) ->
            files.export(
                run,
                (file, position, bytes) -> sink.take(new ArchivedPiece(file, position, bytes))));
  }

  private void compare(Tally tally) throws IOException {
    Comparison comparison = new Comparison(files, to.check());
    eachSlice("Compared", comparison::compare);
    eachUsage(comparison::compareUsage);
    Settings settings = settings();
    comparison.comparePauses(settings.pauses(), settings.paused());
    comparison.compareTotals(tally.totals());
    comparison.requireSame();
  }

  private void eachSlice(String what, SliceReader.Step step) throws IOException {
    List<WorkOrderId> ids = from.ids();
    Progress progress = new Progress(tell, what, ids.size());
    InParallel.each(
        ids,
        ORDERS_AT_ONCE,
        part -> {
          reader.read(part, step);
          progress.add(part.size());
        });
  }

  private void eachUsage(Consumer<List<RunUsage>> step) throws IOException {
    List<RunUsage> part = new ArrayList<>(USAGE_AT_ONCE);
    List<Unreadable> _ =
        from.forEachUsage(used -> {
          part.add(used);
          if (part.size() == USAGE_AT_ONCE) {
            step.accept(part);
            part.clear();
          }
        });
    if (!part.isEmpty()) {
      step.accept(part);
    }
  }

  private record Settings(
      Map<String, AgentPause> pauses, boolean paused, List<Unreadable> unreadable) {}

  /** Reads a damaged file as the service does, for which nothing is paused then. */
  private Settings settings() throws IOException {
    List<Unreadable> unreadable = new ArrayList<>();
    Map<String, AgentPause> pauses = Map.of();
    try {
      pauses = from.agentPauses();
    } catch (UnreadableRecordException e) {
      unreadable.add(new Unreadable("agent-pauses.json", String.valueOf(e.getMessage())));
    }
    boolean paused = false;
    try {
      paused = from.isPaused();
    } catch (UnreadableRecordException e) {
      unreadable.add(new Unreadable("queue.json", String.valueOf(e.getMessage())));
    }
    return new Settings(pauses, paused, unreadable);
  }
}
