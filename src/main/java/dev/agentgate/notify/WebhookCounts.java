package dev.agentgate.notify;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts the deliveries since the start by their result. Safe for use by many threads. */
public final class WebhookCounts {
  private final LongAdder delivered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder givenUp = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final AtomicLong pending = new AtomicLong();

  WebhookCounts() {}

  /** Deliveries that the target accepted. */
  public long delivered() {
    return delivered.sum();
  }

  /** Attempts that failed. */
  public long failed() {
    return failed.sum();
  }

  /** Deliveries that were given up and written to the file for them. */
  public long givenUp() {
    return givenUp.sum();
  }

  /** Deliveries that could not be kept. */
  public long dropped() {
    return dropped.sum();
  }

  /** Deliveries that are neither delivered nor given up. */
  public long pending() {
    return pending.get();
  }

  void kept() {
    pending.incrementAndGet();
  }

  /** What is counted as delivered is no longer pending. */
  void wasDelivered() {
    pending.decrementAndGet();
    delivered.increment();
  }

  void attemptFailed() {
    failed.increment();
  }

  void wasGivenUp() {
    pending.decrementAndGet();
    givenUp.increment();
  }

  /** A message is no longer this instance's to deliver. */
  void left() {
    pending.decrementAndGet();
  }

  void wasDropped() {
    dropped.increment();
  }
}
