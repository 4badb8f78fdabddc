package dev.agentgate.queue;

import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.QueueEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows why orders that wait do not start: because of the rules, the lease, the last start or the
 * store. Safe for use by many threads; nobody waits for a claim.
 */
final class StartBlocks {
  private final Store store;
  private final StartRules rules;
  private final OwnLease lease;
  private final Clock clock;

  /** By the monotonic clock; empty before the first start. */
  private volatile OptionalLong lastStart = OptionalLong.empty();

  /** Why the store refused the last start; null if it did not. */
  private volatile @Nullable String refusal;

  StartBlocks(Supervision supervision, StartRules rules) {
    this.store = supervision.store();
    this.rules = rules;
    this.lease = supervision.lease();
    this.clock = supervision.clock();
  }

  /** Notes that a run starts now. */
  void started() {
    lastStart = OptionalLong.of(System.nanoTime());
  }

  /** Notes why the store refuses to start runs; null if it does not. */
  void refused(@Nullable String why) {
    refusal = why;
  }

  /** Returns why the store refuses to start runs, as a sentence; empty if it does not. */
  Optional<String> refusal() {
    return store.health().failure().or(() -> Optional.ofNullable(refusal));
  }

  /** Returns how long no run may start yet, because one has just started; zero if one may. */
  Duration staggerLeft() {
    OptionalLong last = lastStart;
    return last.isPresent()
        ? rules.staggerLeft(Duration.ofNanos(System.nanoTime() - last.getAsLong()))
        : Duration.ZERO;
  }

  /** Returns what keeps every order from being claimed. */
  Set<Block> ofAll() {
    Set<Block> blocks = rules.blocksAll(store.queue().isPaused(), staggerLeft());
    if (lease.isInDoubt()) {
      blocks.add(Block.LEASE);
    }
    return blocks;
  }

  /**
   * Returns what holds back the first order that is not in a backoff. If all are in a backoff, this
   * is only that they also wait for a request to run them.
   */
  Set<Block> ofFirst() {
    Instant now = clock.instant();
    boolean manual = false;
    for (Iterator<QueueEntry> queue = store.queue().fromHead(); queue.hasNext(); ) {
      QueueEntry entry = queue.next();
      if (!StartRules.isBackingOff(entry, now)) {
        return rules.blocksOne(entry);
      }
      manual |= rules.isManual(entry);
    }
    return manual ? Set.of(Block.MANUAL) : Set.of();
  }

  /**
   * Returns why the head of the queue does not start; empty if it is about to start or nothing is
   * waiting. Orders in a backoff are skipped, but if all orders are in a backoff, the reasons that
   * keep every order from starting are still reported.
   */
  Set<Block> ofHead() {
    return store.queue().fromHead().hasNext() ? withThoseOfAll(ofFirst()) : Set.of();
  }

  /** Returns why a waiting order does not start, apart from the orders before it. */
  Set<Block> of(QueueEntry entry) {
    return withThoseOfAll(rules.blocksOne(entry));
  }

  private Set<Block> withThoseOfAll(Set<Block> blocksOne) {
    Set<Block> blocks = ofAll();
    blocks.addAll(blocksOne);
    if (refusal().isPresent()) {
      blocks.add(Block.DISK);
    }
    return blocks;
  }
}
