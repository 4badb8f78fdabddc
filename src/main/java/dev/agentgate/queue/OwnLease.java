package dev.agentgate.queue;

import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.DeadMansSwitch;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lease of this instance on the orders that it runs, as far as the instance may rely on it. It
 * is measured by a clock that also counts while the process or the machine is suspended, from
 * before a renewal was sent. So it is over here before it is over for the store. Safe for use by
 * many threads.
 */
final class OwnLease {
  /** The lease of orders in a store that no other instance uses. It is never renewed. */
  static final Duration UNSHARED = Duration.ofSeconds(60);

  private final Duration length;

  /** Null: no other instance can take an order over. */
  private final @Nullable DeadMansSwitch clock;

  private volatile @Nullable Moment renewed;

  private volatile long term;

  /** A moment on two clocks, because the first one cannot always be read. */
  record Moment(Duration uptime, long nanos) {}

  OwnLease(Optional<LeaseSettings> settings) {
    this.length = settings.map(LeaseSettings::length).orElse(UNSHARED);
    this.clock = settings.map(LeaseSettings::deadMansSwitch).orElse(null);
  }

  Duration length() {
    return length;
  }

  /** Whether another instance can take over the orders of this one. */
  boolean isShared() {
    return clock != null;
  }

  /** Whether nothing new may start, and what runs must end: half of the lease is over. */
  boolean isInDoubt() {
    return clock != null && age().compareTo(length.dividedBy(2)) >= 0;
  }

  /**
   * Returns the number of the present term. A renewal that comes after half of the lease begins
   * another one: meanwhile, another instance may have taken over what was claimed before.
   */
  long term() {
    return term;
  }

  /** Whether what was claimed in this term is still this instance's and may start. */
  boolean holdsSince(long claimedIn) {
    // Asked in this order: a renewal may end the doubt in between.
    return !isInDoubt() && term == claimedIn;
  }

  /** Returns why nothing starts, as a sentence; empty if the lease is not in doubt. */
  Optional<String> doubt() {
    return isInDoubt()
        ? Optional.of(
            "This instance could not renew its lease for "
                + age().toSeconds()
                + " s, so it starts nothing and ends its runs")
        : Optional.empty();
  }

  /** Returns how long it is until what still runs must be killed; negative if it is overdue. */
  Duration untilKill() {
    return length.multipliedBy(2).dividedBy(3).minus(age());
  }

  /** Returns when the switches of the runs kill, if the lease is renewed at this moment. */
  Duration switchDeadline(Moment sent) {
    return sent.uptime().plus(length.multipliedBy(5).dividedBy(6));
  }

  /**
   * Returns this moment. Call it before a renewal is sent.
   *
   * @throws CannotTellException if the clock cannot be read now
   */
  Moment now() {
    DeadMansSwitch source = clock;
    if (source == null) {
      throw new IllegalStateException("The store is not shared");
    }
    return new Moment(source.uptime(), System.nanoTime());
  }

  /**
   * Notes that a renewal succeeded.
   *
   * @return false if one that was sent later has succeeded already
   */
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // only here, and synchronized
  synchronized boolean renewed(Moment sent) {
    Moment before = renewed;
    if (before != null && before.uptime().compareTo(sent.uptime()) > 0) {
      return false;
    }
    if (isInDoubt()) {
      term++;
    }
    renewed = sent;
    return true;
  }

  /** Returns how old the last renewal is; longer than any lease if there was none. */
  Duration age() {
    Moment from = renewed;
    DeadMansSwitch source = clock;
    if (from == null || source == null) {
      return length.multipliedBy(2);
    }
    Duration age = Duration.ofNanos(System.nanoTime() - from.nanos());
    try {
      Duration onTheMachine = source.uptime().minus(from.uptime());
      return onTheMachine.compareTo(age) > 0 ? onTheMachine : age;
    } catch (CannotTellException e) {
      return age;
    }
  }
}
