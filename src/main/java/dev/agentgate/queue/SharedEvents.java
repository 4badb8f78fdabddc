package dev.agentgate.queue;

import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.ChangeFeed.Changes;
import dev.agentgate.store.ChangeFeed.Position;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells an {@link EventHistory} the changes that all instances make to a shared store, in the order
 * of the store's feed. The changes of this instance come from the feed as well. So each change is
 * told once, and the changes of one order stay in sequence.
 *
 * <p>The feed names an order, its revision and its status. The events of this instance's changes
 * are exact. For another instance's change the rest is read from the order, which may have changed
 * since.
 */
public final class SharedEvents implements QueueObserver {
  private static final Logger LOG = Logger.getLogger(SharedEvents.class);

  /**
   * How long nothing can change without the feed saying so; also how soon the history's end is
   * noticed.
   */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final int BATCH = 500;

  /** More changes than are made between two looks. */
  private static final int OWN = 10_000;

  /** More orders than are under way at once. */
  private static final int REMEMBERED = 100_000;

  private final Store store;
  private final EventHistory history;

  /** The latest changes that this instance made and the feed has not told yet. */
  private final Map<Change, StatusEvent> own = Collections.synchronizedMap(new RecentlyUsed<>(OWN));

  /** The last status of each order that the feed told. Used by the reading thread only. */
  private final Map<WorkOrderId, WorkOrderStatus> told = new RecentlyUsed<>(REMEMBERED);

  /** Used by the reading thread only. */
  private Position position;

  public SharedEvents(Store store, EventHistory history) {
    this.store = store;
    this.history = history;
    this.position = store.changes().latest();
  }

  /** One revision of an order. */
  private record Change(WorkOrderId order, long revision) {}

  /** Begins to read the feed; ends with the history. */
  public SharedEvents open() {
    Thread.ofVirtual().name("shared-events").start(this::readUntilClosed);
    return this;
  }

  @Override
  public void transitioned(Transition transition) {
    StatusEvent event = transition.event();
    own.put(new Change(event.workOrder(), event.revision()), event);
  }

  private void readUntilClosed() {
    while (!history.isClosed()) {
      try {
        if (store.changes().await(position, LOOK)) {
          readOnce();
        }
      } catch (StoreUnavailableException e) {
        LOG.debugf("Changes cannot be read now: %s", e.getMessage());
        LockSupport.parkNanos(LOOK.toNanos());
      } catch (RuntimeException e) {
        LOG.error("Changes could not be announced; continuing", e);
        LockSupport.parkNanos(LOOK.toNanos());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Tells what is new in the feed. */
  void readOnce() {
    Changes changes = store.changes().after(position, BATCH);
    if (changes.gap()) {
      history.missed();
      own.clear();
      told.clear();
    }
    for (ChangeFeed.Entry entry : changes.entries()) {
      tell(entry);
      // Entry by entry: what was told is not told again if the next one fails.
      position = position.next();
    }
    position = changes.next();
  }

  private void tell(ChangeFeed.Entry entry) {
    StatusEvent ours = own.remove(new Change(entry.order(), entry.revision()));
    if (entry.status().isEmpty()) {
      told.remove(entry.order());
      return;
    }
    WorkOrderStatus status = entry.status().get();
    WorkOrderStatus before = told.get(entry.order());
    if (ours != null) {
      history.publish(ours);
    } else if (status != before) {
      // Before anything is noted: this may fail, and then the entry is read again.
      store
          .workOrders()
          .findListed(entry.order())
          .ifPresent(order -> history.publish(event(entry, status, before, order)));
    }
    told.put(entry.order(), status);
  }

  /** Describes a change of another instance. */
  private static StatusEvent event(
      ChangeFeed.Entry entry,
      WorkOrderStatus status,
      @Nullable WorkOrderStatus before,
      WorkOrder order) {
    return new StatusEvent(
        order.id(),
        status,
        Optional.ofNullable(before).or(() -> usuallyBefore(status)),
        order.attempts(),
        order.currentRun(),
        status == WorkOrderStatus.FAILED && order.state() instanceof Failed failed
            ? Optional.of(failed.reason())
            : Optional.empty(),
        order.updatedAt(),
        entry.revision());
  }

  /** Only an order that has just been submitted is known to have had no status. */
  private static Optional<WorkOrderStatus> usuallyBefore(WorkOrderStatus status) {
    return switch (status) {
      case QUEUED -> Optional.empty();
      case RUNNING, CANCELLED -> Optional.of(WorkOrderStatus.QUEUED);
      case COMPLETED, FAILED -> Optional.of(WorkOrderStatus.RUNNING);
    };
  }

  /** Forgets the entry that was put first. */
  private static final class RecentlyUsed<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;
    private final int most;

    RecentlyUsed(int most) {
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
