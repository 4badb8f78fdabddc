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
 * The latest changes of status, for all listeners. There is one ring for all of them; each reader
 * takes the next event from it when it is ready. A reader has no queue of its own, so nobody waits
 * for a slow reader; a reader that falls out of the ring is told that it has missed events.
 *
 * <p>The history is in memory only. Its ids name this history, so that an id from an earlier
 * service is recognized: the reader is then told that it may have missed events, so it never misses
 * any without knowing.
 *
 * <p>Safe for use by many threads. Publishing costs the same, however many readers there are.
 */
public final class EventHistory implements QueueObserver, AutoCloseable {
  private static final Pattern ID = Pattern.compile("([0-9a-z]{1,13})-([0-9]{1,18})");

  private final String epoch = Long.toUnsignedString(new SecureRandom().nextLong(), 36);
  private final AtomicReferenceArray<@Nullable Entry> ring;

  /** Guards the numbering. */
  private final ReentrantLock publishing = new ReentrantLock();

  private volatile long last;

  /** Opened by the next event, which also replaces it with a new latch. */
  private volatile CountDownLatch next = new CountDownLatch(1);

  private volatile boolean closed;

  /**
   * Creates an empty history.
   *
   * @param capacity how many events are kept
   */
  public EventHistory(int capacity) {
    ring = new AtomicReferenceArray<>(capacity);
  }

  private record Entry(long number, WorkOrderId workOrder, String json) {}

  @Override
  public void transitioned(Transition transition) {
    publish(transition.event());
  }

  /** Adds an event. */
  void publish(StatusEvent event) {
    String json = event.json();
    publishing.lock();
    try {
      long number = last + 1;
      ring.set(slot(number), new Entry(number, event.workOrder(), json));
      // The order matters: a reader first takes the latch, then looks at the number.
      last = number;
      openLatch();
    } finally {
      publishing.unlock();
    }
  }

  /** Tells all readers that events are missing after the latest one. */
  void missed() {
    publishing.lock();
    try {
      // No entry has this number: a reader that comes to it has missed something.
      long number = last + 1;
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
   * Creates a reader.
   *
   * @param after the id of the last event that the reader has seen; empty: start with the next
   *     event
   * @param workOrder return only events of this order; empty: of all orders
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

  /** Whether the service is stopping. */
  boolean isClosed() {
    return closed;
  }

  /** What a reader receives. */
  public sealed interface Step {
    /** A change of status, as JSON. */
    record Event(String id, String json) implements Step {}

    /** Some events were missed. The reader continues after this id, the latest event. */
    record Missed(String id) implements Step {}

    /** There is no new event for the reader up to this id. */
    record Nothing(String id) implements Step {}

    /** The service is stopping. */
    record Closed() implements Step {}
  }

  /** A reader's place in the history. For use by one thread. */
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

    /** Returns the id of the event after which this reader continues. */
    public String id() {
      return epoch + "-" + place;
    }

    /**
     * Waits for the next step.
     *
     * @param patience how long to wait
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

    /** Returns the number in an id; negative if the id does not belong to this history. */
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
