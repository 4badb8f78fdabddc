package dev.agentgate.queue;

import static dev.agentgate.queue.Durations.shorter;

import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.store.Claim;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Claims waiting orders and starts their runs. A single thread dispatches. It is woken by submits,
 * by the ends of runs, by resumes and by requests for a run. A slow timer covers what no event
 * announces: changes in memory and disk, and anything that an event missed.
 */
public final class QueueManager {
  private static final Logger LOG = Logger.getLogger(QueueManager.class);

  /** How long the dispatcher sleeps if only an event can change anything. */
  private static final Duration SLOW_TIMER = Duration.ofSeconds(5);

  /** How often memory, disk and a store that refuses writes are checked again. */
  private static final Duration RESOURCE_TIMER = Duration.ofSeconds(1);

  private static final Set<Block> FREED_BY_NO_EVENT =
      Set.of(Block.MEMORY, Block.DISK, Block.RESOURCES, Block.LEASE);

  /**
   * The dispatcher counts as dead if a round of its loop takes longer than this. A call of a
   * database that does not answer takes a minute.
   */
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(150);

  private static final int MOST_EXPIRED = 1_000;

  private final QueueSettings settings;
  private final Store store;
  private final Orders orders;
  private final Supervision supervision;
  private final StartRules rules;
  private final StartBlocks blocks;
  private final Clock clock;

  /** Used by the dispatcher only. */
  private final FutureTimes futureTimes;

  private final QueueExpiry expiry;
  private final ContinuationPlaces continuations;

  /** Guards claims and expiries. A claim may take a minute, so nobody who only looks takes it. */
  private final ReentrantLock dispatching = new ReentrantLock();

  private final Semaphore wakeups = new Semaphore(0);

  private volatile boolean open;

  /** Whether orders waited at the dispatcher's last look, and something held back all of them. */
  private volatile boolean heldBack;

  private volatile long lastRoundNanos = System.nanoTime();
  private volatile @Nullable Thread dispatcher;

  QueueManager(
      QueueSettings settings, Supervision supervision, StartRules rules, StartBlocks blocks) {
    this.settings = settings;
    this.supervision = supervision;
    this.store = supervision.store();
    this.orders = supervision.orders();
    this.rules = rules;
    this.blocks = blocks;
    this.clock = supervision.clock();
    this.futureTimes = new FutureTimes(store, orders);
    this.continuations = new ContinuationPlaces(new Whereabouts(store));
    this.expiry = new QueueExpiry(store.workOrders(), orders);
  }

  /**
   * Adopts the runs that an earlier service left running, so that no slot is taken twice. Call
   * before {@link #open}.
   *
   * @return the number of running orders that were adopted
   */
  public int recover() {
    store.followIds();
    supervision.brakes().recover();
    int adopted = 0;
    for (RunningEntry entry : store.queue().running()) {
      adopted += entry.owner().equals(store.instance()) && adopt(entry.id()) ? 1 : 0;
    }
    store.queue().fromHead().forEachRemaining(expiry::note);
    return adopted;
  }

  /**
   * Supervises a running order of this instance that has no supervisor. Returns false if it has
   * one, or if the order is not running.
   */
  boolean adopt(WorkOrderId id) {
    // An order that is just being claimed is running but has no supervisor yet.
    dispatching.lock();
    try {
      Optional<WorkOrder> order = store.workOrders().find(id);
      if (order.isEmpty()
          || !(order.get().state() instanceof Running running)
          || !running.lease().isHeldBy(store.instance())) {
        return false;
      }
      RunSupervisor supervisor =
          RunSupervisor.adopting(supervision, order.get(), running.current());
      if (!supervision.slots().take(supervisor)) {
        return false;
      }
      boolean started = false;
      try {
        // Since the order was read, its supervisor may have recorded the outcome and freed the
        // slot. The order is then no longer running, and nothing of its run may be touched.
        if (isRunning(id, supervisor.run())) {
          orders.foundClaimed(order.get());
          supervisor.start();
          started = true;
        }
      } finally {
        if (!started) {
          supervision.slots().free(supervisor);
        }
      }
      return started;
    } finally {
      dispatching.unlock();
    }
  }

  private boolean isRunning(WorkOrderId id, RunId run) {
    return store
        .workOrders()
        .find(id)
        .filter(order ->
            order.state() instanceof Running running && running.current().run().equals(run))
        .isPresent();
  }

  /** Whether runs may start. */
  boolean isOpen() {
    return open;
  }

  /** Begins to start runs. Idempotent. */
  public void open() {
    if (open) {
      return;
    }
    open = true;
    Thread thread = new Thread(this::dispatchUntilClosed, "dispatcher");
    thread.setDaemon(true);
    dispatcher = thread;
    thread.start();
    store.changes().whenOthersChange(this::wake);
  }

  /**
   * Stops starting runs; the current ones continue. Returns when no start is under way. Idempotent.
   */
  public void close() {
    // A claim that is under way holds the lock; no claim begins after it.
    dispatching.lock();
    try {
      open = false;
    } finally {
      dispatching.unlock();
    }
    wake();
  }

  /** Whether the dispatcher's loop is running, or was told to stop. False before {@link #open}. */
  public boolean isAlive() {
    Thread thread = dispatcher;
    if (thread == null || !open) {
      return thread != null;
    }
    return thread.isAlive() && System.nanoTime() - lastRoundNanos < LONGEST_ROUND.toNanos();
  }

  /** Wakes the dispatcher, because something changed that may let an order start. */
  public void wake() {
    if (wakeups.availablePermits() == 0) {
      wakeups.release();
    }
  }

  /** Prepares for the run of an order that is being submitted, if it could start at once. */
  void expectSubmit() {
    if (open && settings.autoProcess() && !heldBack && rules.hasFreeSlot()) {
      supervision.executor().expectRun();
    }
  }

  /** Notes that an order entered the queue. */
  void enqueued(WorkOrder order) {
    noteExpiry(order);
    wake();
  }

  /** Notes expired orders whose instance may be gone. */
  void noteExpired() {
    List<QueueEntry> expired = store.queue().expired(clock.instant(), MOST_EXPIRED);
    if (expired.isEmpty()) {
      return;
    }
    expired.forEach(expiry::note);
    wake();
  }

  private void noteExpiry(WorkOrder order) {
    QueueEntry.of(order).ifPresent(expiry::note);
  }

  /**
   * Starts this order now, unless something holds it back.
   *
   * @return its run, if it was started
   */
  Optional<RunId> startNow(WorkOrderId id) {
    dispatching.lock();
    try {
      return open && blocks.ofAll().isEmpty()
          ? start(claim(Optional.of(id))).stream().findFirst()
          : Optional.empty();
    } finally {
      dispatching.unlock();
    }
  }

  /**
   * Waits until every claim that is under way has succeeded or failed.
   *
   * @return every run that holds a slot at that moment
   */
  Set<RunId> awaitClaims() {
    dispatching.lock();
    try {
      return supervision.slots().runs();
    } finally {
      dispatching.unlock();
    }
  }

  private void dispatchUntilClosed() {
    while (open) {
      lastRoundNanos = System.nanoTime();
      Duration pause = RESOURCE_TIMER;
      try {
        futureTimes.correct(clock.instant()).forEach(this::noteExpiry);
        pause = dispatch();
        blocks.refused(null);
      } catch (StoreUnavailableException e) {
        blocks.refused(e.getMessage());
        LOG.warnf("Nothing can start now: %s", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("The dispatcher failed; continuing", e);
      }
      try {
        if (wakeups.tryAcquire(Math.max(1, pause.toNanos()), TimeUnit.NANOSECONDS)) {
          wakeups.drainPermits();
        }
      } catch (InterruptedException e) {
        LOG.warn("The dispatcher was interrupted; continuing", e);
      }
    }
  }

  /**
   * Starts all orders that may start.
   *
   * @return how long nothing can change without an event
   */
  private Duration dispatch() {
    while (true) {
      dispatching.lock();
      try {
        if (!open) {
          return SLOW_TIMER;
        }
        Duration untilExpiry = expiry.expire(clock.instant()).orElse(SLOW_TIMER);
        if (!store.queue().fromHead().hasNext()) {
          heldBack = false;
          return shorter(SLOW_TIMER, untilExpiry);
        }
        Set<Block> ofAll = blocks.ofAll();
        heldBack = !ofAll.isEmpty();
        if (heldBack) {
          tellBlocked(ofAll);
          return shorter(untilUnblocked(ofAll), untilExpiry);
        }
        if (start(claim(Optional.empty())).isEmpty()) {
          tellBlocked(blocks.ofFirst());
          return shorter(untilBackedOff(), untilExpiry);
        }
      } finally {
        dispatching.unlock();
      }
    }
  }

  private Claim claim(Optional<WorkOrderId> only) {
    return continuations.leavingOut(rules.claim(only, supervision.lease().length()));
  }

  /** Claims and starts all orders that may start; returns the runs that were started. */
  private List<RunId> start(Claim claim) {
    if (settings.autoProcess() || claim.only().isPresent()) {
      supervision.executor().expectRun();
    }
    long term = supervision.lease().term();
    return orders.claim(claim, clock).stream()
        .map(claimed -> tryToBegin(claimed, term))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Begins a run. If that fails, the others of the claim begin all the same. */
  private Optional<RunId> tryToBegin(WorkOrder claimed, long term) {
    try {
      return begin(claimed, term);
    } catch (StoreUnavailableException e) {
      LOG.warnf("%s was claimed but could not start: %s", claimed.id(), e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<RunId> begin(WorkOrder claimed, long term) {
    RunSupervisor supervisor =
        RunSupervisor.beginning(
            supervision, claimed, claimed.state().attempt().orElseThrow(), term);
    // The rules were checked a moment ago; since then a symbolic link may have changed, or the
    // process may have been stopped for longer than a lease.
    if (continuations.belongsElsewhere(claimed)
        || !supervision.lease().holdsSince(term)
        || supervisor.directory().filter(rules::isDirectoryTaken).isPresent()
        || !supervision.slots().take(supervisor)) {
      boolean _ = orders.release(claimed, clock.instant());
      return Optional.empty();
    }
    blocks.started();
    supervisor.start();
    return Optional.of(supervisor.run());
  }

  private Duration untilBackedOff() {
    Duration wait =
        store
            .queue()
            .nextBackoffEnd()
            .map(end -> Duration.between(clock.instant(), end))
            .orElse(SLOW_TIMER);
    return shorter(shorter(SLOW_TIMER, wait), untilAnAgentIsBack());
  }

  private Duration untilAnAgentIsBack() {
    return supervision
        .brakes()
        .nextEnd()
        .map(end -> Duration.between(clock.instant(), end))
        .orElse(SLOW_TIMER);
  }

  private Duration untilUnblocked(Set<Block> ofAll) {
    if (ofAll.stream().anyMatch(FREED_BY_NO_EVENT::contains)) {
      return RESOURCE_TIMER;
    }
    return ofAll.contains(Block.STAGGER) ? shorter(SLOW_TIMER, blocks.staggerLeft()) : SLOW_TIMER;
  }

  private void tellBlocked(Set<Block> why) {
    why.forEach(block -> orders.tell(observer -> observer.blocked(block)));
  }
}
