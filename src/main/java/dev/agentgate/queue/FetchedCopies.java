package dev.agentgate.queue;

import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The copies of files of other instances' runs that were fetched. When there are too many, those
 * that nobody has asked for lately are removed; they can be fetched again.
 */
final class FetchedCopies {
  /** Each may be as large as the largest run that is archived. */
  static final int MOST = 50;

  /** Longer than the time between two reads of the same file. */
  static final Duration IN_USE = Duration.ofMinutes(10);

  private final Consumer<RunId> remover;
  private final LongSupplier nanoTime;

  /** When each copy was last asked for; the one that nobody asked for the longest comes first. */
  private final Map<RunId, Long> copies = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param remover removes the files of a run
   * @param nanoTime a clock as {@link System#nanoTime}
   */
  FetchedCopies(Consumer<RunId> remover, LongSupplier nanoTime) {
    this.remover = remover;
    this.nanoTime = nanoTime;
  }

  /** Notes copies that an earlier process has fetched. */
  synchronized void found(Collection<RunId> runs) {
    runs.forEach(run -> copies.putIfAbsent(run, nanoTime.getAsLong()));
  }

  /** Notes that a run was asked for, of which there may be a copy. */
  synchronized void asked(RunId run) {
    copies.computeIfPresent(run, (_, _) -> nanoTime.getAsLong());
  }

  /** Notes a new copy, and removes old ones if there are too many. */
  synchronized void fetched(RunId run) {
    copies.put(run, nanoTime.getAsLong());
    List<RunId> old = new ArrayList<>();
    for (Map.Entry<RunId, Long> copy : copies.entrySet()) {
      boolean isInUse = nanoTime.getAsLong() - copy.getValue() < IN_USE.toNanos();
      if (isInUse || copies.size() - old.size() <= MOST) {
        break;
      }
      old.add(copy.getKey());
    }
    // One that cannot be removed completely is read as if nothing were kept.
    old.forEach(remover);
    old.forEach(copies::remove);
  }
}
