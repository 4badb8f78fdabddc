package dev.agentgate.ops;

import dev.agentgate.store.QuarantinedOrders;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.store.StoreHealth;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.store.WorkOrderIdPage;
import dev.agentgate.store.WorkOrderStore;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Any store, with its writes measured: how long each durable change took, how many were refused,
 * how many lost a race.
 */
public final class MeasuredWorkOrderStore implements WorkOrderStore {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final WorkOrderStore store;
  private final Timer writes;
  private final Counter refusals;
  private final Counter racesLost;

  public MeasuredWorkOrderStore(WorkOrderStore store, MeterRegistry meters) {
    this.store = store;
    this.writes =
        Timer.builder("agentgate.store.write")
            .description("Time until a change of an order is durable")
            .serviceLevelObjectives(BUCKETS)
            .register(meters);
    this.refusals =
        Counter.builder("agentgate.store.write.failures")
            .description("Writes that the store refused")
            .register(meters);
    this.racesLost =
        Counter.builder("agentgate.store.races.lost")
            .description("Changes that another change of the same order came before")
            .register(meters);
    FunctionCounter.builder(
            "agentgate.store.sync.failures",
            store,
            measured -> measured.health().restartNeeded() ? 1 : 0)
        .description("Failed syncs since the start: the first one stops the store")
        .register(meters);
    Gauge.builder(
            "agentgate.store.up", store, measured -> measured.health().failure().isEmpty() ? 1 : 0)
        .description("Whether the store takes writes")
        .register(meters);
    Gauge.builder(
            "agentgate.quarantined.files", store, measured -> measured.health().quarantinedFiles())
        .description("Unreadable files in quarantine")
        .register(meters);
  }

  @Override
  public Optional<WorkOrder> insert(WorkOrder order) {
    long began = System.nanoTime();
    try {
      return store.insert(order);
    } catch (StoreUnavailableException e) {
      throw refused(e);
    } finally {
      took(began);
    }
  }

  @Override
  public boolean update(WorkOrder order) {
    long began = System.nanoTime();
    try {
      return won(store.update(order));
    } catch (StoreUnavailableException e) {
      throw refused(e);
    } finally {
      took(began);
    }
  }

  @Override
  public boolean remove(WorkOrder order) {
    long began = System.nanoTime();
    try {
      return won(store.remove(order));
    } catch (StoreUnavailableException e) {
      throw refused(e);
    } finally {
      took(began);
    }
  }

  @Override
  public void setPaused(boolean paused) {
    long began = System.nanoTime();
    try {
      store.setPaused(paused);
    } catch (StoreUnavailableException e) {
      throw refused(e);
    } finally {
      took(began);
    }
  }

  /** A run is not synced: its time would blur that of the changes that are. */
  @Override
  public void saveRun(Run run) {
    try {
      store.saveRun(run);
    } catch (StoreUnavailableException e) {
      throw refused(e);
    }
  }

  private StoreUnavailableException refused(StoreUnavailableException e) {
    refusals.increment();
    return e;
  }

  private boolean won(boolean won) {
    if (!won) {
      racesLost.increment();
    }
    return won;
  }

  private void took(long beganNanos) {
    writes.record(Duration.ofNanos(System.nanoTime() - beganNanos));
  }

  @Override
  public Optional<WorkOrder> find(WorkOrderId id) {
    return store.find(id);
  }

  @Override
  public Optional<WorkOrder> findByIdempotencyKey(String key) {
    return store.findByIdempotencyKey(key);
  }

  @Override
  public WorkOrderIdPage listIds(WorkOrderFilter filter, Optional<WorkOrderId> before, int limit) {
    return store.listIds(filter, before, limit);
  }

  @Override
  public StatusCounts counts() {
    return store.counts();
  }

  @Override
  public OptionalInt queuePosition(WorkOrderId id) {
    return store.queuePosition(id);
  }

  @Override
  public Iterator<QueueEntry> queue() {
    return store.queue();
  }

  @Override
  public Optional<Instant> oldestQueuedAt() {
    return store.oldestQueuedAt();
  }

  @Override
  public List<RunningEntry> running() {
    return store.running();
  }

  @Override
  public List<WorkOrderId> atRestBefore(Set<WorkOrderStatus> statuses, Instant cutoff, int limit) {
    return store.atRestBefore(statuses, cutoff, limit);
  }

  @Override
  public List<RunId> runsOf(WorkOrderId id) {
    return store.runsOf(id);
  }

  @Override
  public Iterator<WorkOrderId> ids() {
    return store.ids();
  }

  @Override
  public Optional<Run> findRun(RunId id) {
    return store.findRun(id);
  }

  @Override
  public boolean isPaused() {
    return store.isPaused();
  }

  @Override
  public QuarantinedOrders quarantinedOrders() {
    return store.quarantinedOrders();
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public void close() {
    store.close();
  }
}
