package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrderId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The last changes of status, for everyone who follows them: one ring for all, from which each
 * reader takes the next event when it is ready for it. A reader has no queue of its own, so nobody
 * waits for a slow one; one that the ring has overtaken is told so.
 *
 * <p>The history is in memory only. Its ids name this history, so that one of an earlier service is
 * recognized: its reader is told that it may have missed something, and never silently misses it.
 *
 * <p>Safe for use by many threads. Publishing costs the same however many read.
 */
public final class EventHistory implements QueueObserver, AutoCloseable {
  private static final Pattern ID = Pattern.compile("([0-9a-z]{1,13})-([0-9]{1,18})");

  private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final AtomicReferenceArray<@Nullable Entry> ring;

  /** Guards the numbering. */
  private final ReentrantLock publishing = new ReentrantLock();

  private volatile long last;

  /** Opened with the next event; then there is another one. */
  private volatile CountDownLatch next = new CountDownLatch(1);

  private volatile boolean closed;

  /**
   * Starts an empty history.
   *
   * @param capacity how many events are kept
   */
  public EventHistory(int capacity) {
    ring = new AtomicReferenceArray<>(capacity);
  }

  private record Entry(long number, WorkOrderId workOrder, String json) {}

  @Override
  public void transitioned(Transition transition) {
    StatusEvent event = transition.event();
    String json = event.json();
    publishing.lock();
    try {
      long number = last + 1;
      ring.set(slot(number), new Entry(number, event.workOrder(), json));
      // In this order: a reader takes the latch, then looks at the number.
      last = number;
      openLatch();
    } finally {
      publishing.unlock();
    }
  }

  private void openLatch() {
    CountDownLatch open = next;
    next = new CountDownLatch(1);
    open.countDown();
  }

  private int slot(long number) {
    return (int) (number % ring.length());
  }

  /**
   * Begins to read.
   *
   * @param after the id of the last event that was seen; empty: from now on
   * @param workOrder only its events; empty: all
   */
  public Reader read(Optional<String> after, Optional<WorkOrderId> workOrder) {
    return new Reader(after, workOrder);
  }

  /** Ends all readers. Idempotent. */
  @Override
  public void close() {
    publishing.lock();
    try {
      closed = true;
      openLatch();
    } finally {
      publishing.unlock();
    }
  }

  /** What a reader gets. */
  public sealed interface Step {
    /** A change of status, as JSON. */
    record Event(String id, String json) implements Step {}

    /** Events were missed. It goes on with those after this id, which is where the history ends. */
    record Missed(String id) implements Step {}

    /** Nothing new for it up to this id. */
    record Nothing(String id) implements Step {}

    /** The service stops. */
    record Closed() implements Step {}
  }

  /** One reader's place in the history. For one thread. */
  public final class Reader {
    private final Optional<WorkOrderId> workOrder;
    private long place;
    private boolean missed;

    private Reader(Optional<String> after, Optional<WorkOrderId> workOrder) {
      this.workOrder = workOrder;
      this.place = last;
      after.ifPresent(id -> {
        long known = numberOf(id);
        missed = known < 0;
        place = missed ? place : known;
      });
    }

    /** The id from which this reader would go on. */
    public String id() {
      return epoch + "-" + place;
    }

    /**
     * Waits for what comes next.
     *
     * @param patience how long to wait for it
     */
    public Step next(Duration patience) throws InterruptedException {
      long until = System.nanoTime() + patience.toNanos();
      while (true) {
        CountDownLatch more = next;
        if (closed) {
          return new Step.Closed();
        }
        if (missed) {
          missed = false;
          place = last;
          return new Step.Missed(id());
        }
        if (place == last) {
          if (!more.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return new Step.Nothing(id());
          }
          continue;
        }
        Entry entry = ring.get(slot(place + 1));
        if (entry == null || entry.number() != place + 1) {
          missed = true;
          continue;
        }
        place++;
        if (workOrder.isEmpty() || workOrder.get().equals(entry.workOrder())) {
          return new Step.Event(id(), entry.json());
        }
      }
    }

    /** The number in an id; negative if the id is not of this history. */
    private long numberOf(String id) {
      Matcher parts = ID.matcher(id);
      if (!parts.matches() || !parts.group(1).equals(epoch)) {
        return -1;
      }
      long number = Long.parseLong(parts.group(2));
      return number <= last ? number : -1;
    }
  }
}
