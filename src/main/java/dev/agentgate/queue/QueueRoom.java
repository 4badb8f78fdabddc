package dev.agentgate.queue;

import dev.agentgate.store.WorkOrders;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The room that is left in the queue. Orders count before they are in the store, so that threads
 * that add orders at the same time do not exceed the limit together. If several instances share the
 * store, what is in it counts for all of them, but not what enters elsewhere at this moment: a
 * common count would make all submits wait for each other. Safe for use by many threads.
 */
final class QueueRoom {
  private final int maxDepth;
  private final WorkOrders orders;
  private final AtomicInteger entering = new AtomicInteger();

  QueueRoom(int maxDepth, WorkOrders orders) {
    this.maxDepth = maxDepth;
    this.orders = orders;
  }

  /**
   * Reserves room until {@link #giveBack}, which the caller must call once the orders are in the
   * store or will not get there.
   *
   * @return for how many orders there is room
   */
  int take(int wanted) {
    // In this order: an order that is no longer entering is in the store by now. One that entered
    // meanwhile may count twice, which only refuses a little early.
    int ahead = entering.getAndAdd(wanted);
    long free = maxDepth - orders.counts().queued() - ahead;
    int granted = Math.clamp(free, 0, wanted);
    giveBack(wanted - granted);
    return granted;
  }

  void giveBack(int taken) {
    entering.addAndGet(-taken);
  }

  /**
   * Adds one order to the queue.
   *
   * @param add adds it
   * @throws AgentGateException if the queue is full
   */
  <T> T enter(Supplier<T> add) {
    return enter(
        add,
        () -> {
          throw full();
        });
  }

  /**
   * Adds one order to the queue.
   *
   * @param ifFull is called instead if the queue is full
   */
  <T> T enter(Supplier<T> add, Supplier<T> ifFull) {
    int taken = take(1);
    try {
      return taken == 0 ? ifFull.get() : add.get();
    } finally {
      giveBack(taken);
    }
  }

  AgentGateException full() {
    return new AgentGateException(
        Kind.QUEUE_FULL, "The queue is full: " + maxDepth + " orders wait");
  }
}
