package dev.agentgate.queue;

import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Lets one thread at a time change an order and announce the change. */
final class OrderLocks {
  /** Enough locks that a writer seldom waits for the sync of another order with the same lock. */
  private static final int LOCKS = 1024;

  /** Each lock guards the changes of the orders whose ids hash to it. */
  private final List<ReentrantLock> changing =
      Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

  /** The orders that are being added together, until their batch is announced. */
  private final ConcurrentHashMap<WorkOrderId, CountDownLatch> arriving = new ConcurrentHashMap<>();

  /** Does something while no other thread changes the order. */
  <T> T holding(WorkOrder order, Supplier<T> change) {
    awaitArrival(order);
    ReentrantLock lock = changing.get(Math.floorMod(order.id().hashCode(), LOCKS));
    lock.lock();
    try {
      return change.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds new orders and announces them. It holds no lock, because several batches would wait for
   * each other's syncs; a change of one of the orders waits until this returns.
   */
  <T> T adding(List<WorkOrder> orders, Supplier<T> addition) {
    CountDownLatch announced = new CountDownLatch(1);
    orders.forEach(order -> arriving.put(order.id(), announced));
    try {
      return addition.get();
    } finally {
      orders.forEach(order -> arriving.remove(order.id()));
      announced.countDown();
    }
  }

  private void awaitArrival(WorkOrder order) {
    CountDownLatch announced = arriving.get(order.id());
    boolean interrupted = false;
    while (announced != null) {
      try {
        announced.await();
        announced = null;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
