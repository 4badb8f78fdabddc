package dev.agentgate.queue;

import static dev.agentgate.queue.Durations.shorter;

import dev.agentgate.execution.DeadMansSwitch;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Keeps the lease of this instance on the orders that it runs, so that no order runs in two places.
 * It has three threads, because a store that does not answer must not delay the other duties:
 *
 * <ul>
 *   <li>One renews the lease, and then moves the deadline of the dead man's switches.
 *   <li>One watches the age of the last renewal and never calls the store. After half of the lease
 *       it asks all agents to end, and after two thirds it kills them.
 *   <li>One takes over orders of instances whose leases have ended.
 * </ul>
 */
public final class LeaseKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

  private static final Duration LONGEST_LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_TAKEOVER_PAUSE = Duration.ofSeconds(3);
  private static final int TAKEOVERS_PER_LEASE = 6;
  private static final int MOST_TAKEN_AT_ONCE = 100;
  private static final int FIRST_TRIES = 10;

  private final OwnLease lease;
  private final DeadMansSwitch deadMansSwitch;
  private final Supervision supervision;
  private final QueueManager manager;
  private final LeaseRenewal renewal;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** The runs that are being ended, and whether by SIGKILL. Used by one thread only. */
  private final Map<RunSupervisor, Boolean> fenced = new HashMap<>();

  /** Whether the doubt was logged. Used by the same thread only. */
  private boolean told;

  LeaseKeeper(
      LeaseSettings settings,
      Supervision supervision,
      QueueManager manager,
      InstanceList instances) {
    this.lease = supervision.lease();
    this.deadMansSwitch = settings.deadMansSwitch();
    this.supervision = supervision;
    this.manager = manager;
    this.renewal = new LeaseRenewal(deadMansSwitch, supervision, manager, instances);
  }

  /**
   * Renews the lease for the first time and begins to keep it. Call before runs are adopted.
   *
   * @throws StoreUnavailableException if the store accepts no renewal for some time
   */
  public void open() {
    boolean renewed = false;
    for (int tries = 1; tries < FIRST_TRIES && !renewed; tries++) {
      renewed = renewal.tryToRenew();
      if (!renewed) {
        pause(Duration.ofSeconds(1));
      }
    }
    if (!renewed) {
      renewal.renew();
    }
    start("lease-renewal", renewal::renewInTime);
    start("lease-watch", this::watch);
    start("lease-takeover", this::takeOverAndTellThePause);
  }

  private void start(String name, Supplier<Duration> round) {
    Thread thread = new Thread(() -> repeat(round), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void repeat(Supplier<Duration> round) {
    while (closed.getCount() > 0) {
      Duration next = LONGEST_LOOK;
      try {
        next = round.get();
      } catch (RuntimeException e) {
        LOG.error("Checking the lease failed; continuing", e);
      }
      pause(next);
    }
  }

  private void pause(Duration duration) {
    try {
      boolean _ = closed.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.warn("A thread of the lease was interrupted; continuing", e);
    }
  }

  /** Renews the lease once. */
  void renew() {
    renewal.renew();
  }

  /**
   * Ends the runs if the lease is in doubt.
   *
   * @return how long nothing has to be done
   */
  Duration watch() {
    if (!lease.isInDoubt()) {
      fenced.clear();
      told = false;
      return LONGEST_LOOK;
    }
    if (!told) {
      told = true;
      lease.doubt().ifPresent(LOG::error);
    }
    Duration left = lease.untilKill();
    boolean kill = !left.isPositive();
    List<RunSupervisor> running = List.copyOf(supervision.slots().all());
    fenced.keySet().retainAll(running);
    for (RunSupervisor run : running) {
      Boolean before = fenced.put(run, kill);
      if (before == null || before != kill) {
        run.fence(kill ? Duration.ZERO : shorter(left, supervision.killGrace()));
      }
    }
    return kill ? LONGEST_LOOK : shorter(left, LONGEST_LOOK);
  }

  private Duration takeOverAndTellThePause() {
    try {
      int _ = takeOver();
    } catch (StoreUnavailableException e) {
      LOG.warnf("Orders of other instances cannot be taken over now: %s", e.getMessage());
    }
    Duration usual = shorter(lease.length().dividedBy(TAKEOVERS_PER_LEASE), LONGEST_TAKEOVER_PAUSE);
    // Instances that started together do not all ask together.
    return usual.multipliedBy(ThreadLocalRandom.current().nextLong(50, 101)).dividedBy(100);
  }

  /**
   * Takes over orders whose owners' leases have ended. Nothing of their runs is alive: their owner
   * has ended it, or the dead man's switch has. So the supervisors find nothing and record that the
   * runs are lost.
   *
   * @return how many
   */
  int takeOver() {
    if (lease.isInDoubt() || !manager.isOpen()) {
      return 0;
    }
    List<WorkOrder> taken = supervision.orders().takeExpired(lease.length(), MOST_TAKEN_AT_ONCE);
    for (WorkOrder order : taken) {
      LOG.warnf("The lease of the instance that ran %s has ended; took it over", order.id());
      // If this fails, the stale check adopts the order and counts it.
      manager.adopt(order.id());
      supervision.orders().tell(QueueObserver::takenOver);
    }
    return taken.size();
  }

  /** Returns how long ago the lease was renewed; longer than any lease if it never was. */
  public Duration age() {
    return lease.age();
  }

  /** Returns how long it is until the lease ends; negative if it has ended. */
  public Duration remaining() {
    return lease.length().minus(lease.age());
  }

  /** Stops keeping the lease. Call when nothing runs any more. Idempotent. */
  @Override
  public void close() {
    if (closed.getCount() > 0) {
      closed.countDown();
      renewal.close();
    }
    deadMansSwitch.close();
  }
}
