package dev.agentgate.queue;

import static java.util.concurrent.CompletableFuture.supplyAsync;

import dev.agentgate.store.Store;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/**
 * Corrects times that an earlier service noted while its clock was ahead. Otherwise these orders,
 * and the new ones behind them, would have to wait until the clock reaches those times.
 */
final class FutureTimes {
  private static final Logger LOG = Logger.getLogger(FutureTimes.class);

  /** Limited because the bodies of these orders are in memory while they are written. */
  private static final int AT_A_TIME = 64;

  private final Store store;
  private final Orders orders;
  private boolean done;

  FutureTimes(Store store, Orders orders) {
    this.store = store;
    this.orders = orders;
  }

  /**
   * Changes orders that entered the queue in the future as if they had entered it just now: in the
   * same order as before, and behind the orders that entered it in the past. Does nothing once no
   * such orders are left, because this service's own clock never goes back.
   *
   * @return the corrected orders
   * @throws dev.agentgate.store.StoreUnavailableException if some could not be written; the caller
   *     may try again
   */
  List<WorkOrder> correct(Instant now) {
    if (done) {
      return List.of();
    }
    List<QueueEntry> ahead = new ArrayList<>();
    NavigableMap<Instant, Instant> corrected = new TreeMap<>();
    Instant newestPast = Instant.MIN;
    for (Iterator<QueueEntry> queue = store.queue().fromHead(); queue.hasNext(); ) {
      QueueEntry entry = queue.next();
      Optional<Instant> expedited = entry.expeditedAt().filter(at -> at.isAfter(now));
      if (entry.queuedAt().isAfter(now) || expedited.isPresent()) {
        ahead.add(entry);
        expedited.ifPresent(at -> corrected.put(at, now));
      }
      if (entry.queuedAt().isAfter(now)) {
        corrected.put(entry.queuedAt(), now);
      } else if (entry.queuedAt().isAfter(newestPast)) {
        newestPast = entry.queuedAt();
      }
    }
    done = ahead.isEmpty();
    long millisAgo = corrected.size();
    for (Map.Entry<Instant, Instant> each : corrected.entrySet()) {
      Instant at = now.minusMillis(--millisAgo);
      each.setValue(at.isAfter(newestPast) ? at : newestPast);
    }
    List<WorkOrder> changed = write(ahead, corrected, now);
    if (!changed.isEmpty()) {
      LOG.warnf(
          "%d waiting orders have queue times in the future: the clock was set back. They"
              + " are treated as if they had entered it just now.",
          changed.size());
    }
    return changed;
  }

  /** Writes many orders at a time, so that they share the store's syncs. */
  private List<WorkOrder> write(
      List<QueueEntry> ahead, Map<Instant, Instant> corrected, Instant now) {
    List<WorkOrder> changed = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory())) {
      List<CompletableFuture<Optional<WorkOrder>>> writes =
          ahead.stream()
              .map(entry -> supplyAsync(() -> write(entry, corrected, now), threads))
              .toList();
      writes.forEach(write -> write.join().ifPresent(changed::add));
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    return changed;
  }

  private Optional<WorkOrder> write(
      QueueEntry entry, Map<Instant, Instant> corrected, Instant now) {
    Optional<WorkOrder> before =
        store
            .workOrders()
            .find(entry.id())
            .filter(order -> QueueEntry.of(order).filter(entry::equals).isPresent());
    return before
        .map(order ->
            order.waitingSince(
                corrected.getOrDefault(entry.queuedAt(), entry.queuedAt()),
                entry.expeditedAt().map(at -> corrected.getOrDefault(at, at)),
                now))
        .filter(after -> orders.change(before.get(), after));
  }
}
