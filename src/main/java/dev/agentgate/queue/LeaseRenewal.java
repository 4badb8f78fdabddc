package dev.agentgate.queue;

import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.DeadMansSwitch;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.WorkOrderId;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Renews the lease of this instance, moves the deadline of the dead man's switches, and disowns the
 * runs whose orders another instance has taken over.
 */
final class LeaseRenewal {
  private static final Logger LOG = Logger.getLogger(LeaseRenewal.class);

  private static final int RENEWALS_PER_LEASE = 6;

  /** How many renewals may be without an answer, as on connections whose other end is gone. */
  private static final int MOST_UNANSWERED = 6;

  private static final Duration LAST_ANSWER = Duration.ofSeconds(2);

  private final OwnLease lease;
  private final DeadMansSwitch deadMansSwitch;
  private final RunSlots slots;
  private final Orders orders;
  private final QueueManager manager;
  private final InstanceList instances;
  private final Semaphore attempts = new Semaphore(MOST_UNANSWERED);

  /** Held while the deadline of the switches is moved, so that it never goes back. */
  private final ReentrantLock movingTheDeadline = new ReentrantLock();

  LeaseRenewal(
      DeadMansSwitch deadMansSwitch,
      Supervision supervision,
      QueueManager manager,
      InstanceList instances) {
    this.lease = supervision.lease();
    this.deadMansSwitch = deadMansSwitch;
    this.slots = supervision.slots();
    this.orders = supervision.orders();
    this.manager = manager;
    this.instances = instances;
  }

  /**
   * Renews the lease once.
   *
   * @throws StoreUnavailableException if the store does not accept the renewal
   * @throws CannotTellException if the clock cannot be read now
   */
  void renew() {
    boolean doubted = lease.isInDoubt();
    OwnLease.Moment sent = lease.now();
    // The supervisors, not only their orders: an order may get another supervisor meanwhile.
    List<RunSupervisor> running = List.copyOf(slots.all());
    Set<WorkOrderId> ids =
        running.stream().map(RunSupervisor::workOrder).collect(Collectors.toSet());
    Set<WorkOrderId> lost = orders.renew(ids, lease.length());
    disown(running.stream().filter(run -> lost.contains(run.workOrder())).toList());
    moveTheDeadline(sent);
    if (doubted && !lease.isInDoubt()) {
      LOG.info("The lease is renewed; runs may start");
      manager.wake();
    }
    announce();
  }

  /**
   * Stops runs of other instances. Until that is done, the deadline stays where it is: a run that
   * is just being started must not find that it is in time again.
   */
  private void disown(List<RunSupervisor> lost) {
    List<Thread> stops = lost.stream().map(RunSupervisor::disown).toList();
    long end = System.nanoTime() + lease.length().dividedBy(RENEWALS_PER_LEASE).toNanos();
    try {
      for (Thread stop : stops) {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (left.isNegative() || !stop.join(left)) {
          LOG.warn("Runs whose orders other instances own take long to stop");
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announce() {
    try {
      instances.announce();
    } catch (StoreUnavailableException e) {
      LOG.debug("The state of this instance could not be announced; its lease is renewed", e);
    }
  }

  private void moveTheDeadline(OwnLease.Moment sent) {
    movingTheDeadline.lock();
    try {
      if (lease.renewed(sent)) {
        deadMansSwitch.setDeadline(lease.switchDeadline(sent));
      }
    } catch (UncheckedIOException e) {
      LOG.errorf("The deadline of the runs could not be moved: %s", e.getMessage());
    } finally {
      movingTheDeadline.unlock();
    }
  }

  /** Renews the lease once; returns whether that succeeded. */
  boolean tryToRenew() {
    try {
      renew();
      return true;
    } catch (StoreUnavailableException | CannotTellException e) {
      LOG.warnf(
          "The lease could not be renewed; the last renewal is %d s old: %s",
          lease.age().toSeconds(), e.getMessage());
      return false;
    }
  }

  /**
   * Renews the lease on a thread of its own, and waits for the answer until the next renewal is
   * due.
   *
   * @return how long to wait until the next renewal
   */
  Duration renewInTime() {
    Duration regular = lease.length().dividedBy(RENEWALS_PER_LEASE);
    Duration soon = regular.dividedBy(5);
    if (!attempts.tryAcquire()) {
      orders.tell(QueueObserver::leaseNotRenewed);
      return soon;
    }
    CompletableFuture<Boolean> renewed = new CompletableFuture<>();
    Thread attempt = new Thread(() -> attempt(renewed), "lease-attempt");
    attempt.setDaemon(true);
    attempt.start();
    try {
      boolean inTime = renewed.get(regular.toNanos(), TimeUnit.NANOSECONDS);
      orders.tell(inTime ? QueueObserver::leaseRenewed : QueueObserver::leaseNotRenewed);
      return inTime ? regular : soon;
    } catch (TimeoutException e) {
      orders.tell(QueueObserver::leaseNotRenewed);
      LOG.warn("The store does not answer a renewal of the lease; sending another one");
      return Duration.ZERO;
    } catch (InterruptedException | ExecutionException e) {
      LOG.warn("Interrupted while waiting for a renewal of the lease; continuing", e);
      return soon;
    }
  }

  /**
   * Lets no further renewal begin. Waits a moment for one that is under way, because it would renew
   * the lease after the store has given it up. Call once.
   */
  void close() {
    try {
      if (!attempts.tryAcquire(MOST_UNANSWERED, LAST_ANSWER.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("The store does not answer the last renewal of the lease");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(CompletableFuture<Boolean> renewed) {
    try {
      renewed.complete(tryToRenew());
    } catch (RuntimeException e) {
      LOG.error("The lease could not be renewed", e);
      renewed.complete(false);
    } finally {
      attempts.release();
    }
  }
}
