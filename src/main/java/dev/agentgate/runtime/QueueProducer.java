package dev.agentgate.runtime;

import dev.agentgate.queue.Orders;
import dev.agentgate.queue.OrphanCleanup;
import dev.agentgate.queue.QueueHealthCheck;
import dev.agentgate.queue.QueueManager;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.queue.Retention;
import dev.agentgate.queue.RunDrain;
import dev.agentgate.queue.StaleCheck;
import dev.agentgate.queue.WorkOrderService;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The parts of the queue as beans. */
@Singleton
class QueueProducer {
  private final QueueModule queue;

  QueueProducer(QueueModule queue) {
    this.queue = queue;
  }

  @Produces
  @Singleton
  WorkOrderService service() {
    return queue.service();
  }

  @Produces
  @Singleton
  QueueManager manager() {
    return queue.manager();
  }

  @Produces
  @Singleton
  QueueHealthCheck health() {
    return queue.health();
  }

  @Produces
  @Singleton
  Orders orders() {
    return queue.orders();
  }

  @Produces
  @Singleton
  StaleCheck staleCheck() {
    return queue.staleCheck();
  }

  @Produces
  @Singleton
  OrphanCleanup orphanCleanup() {
    return queue.orphanCleanup();
  }

  @Produces
  @Singleton
  Retention retention() {
    return queue.retention();
  }

  @Produces
  @Singleton
  RunDrain drain() {
    return queue.drain();
  }
}
