package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;

/**
 * Keeps work orders and their runs, and hands the orders out to be run. The nine parts are views of
 * one store: a change that one part has acknowledged is visible in the others.
 *
 * <p><b>Durability.</b> When a method marked {@link Writes} returns, the change survives a crash of
 * the process and of the machine; a run's record and a message survive a crash of the process only.
 * A change that was not acknowledged may or may not survive, but never in part.
 *
 * <p><b>Races.</b> A change names the revision it was made from. The first change wins; the others
 * return {@code false} and have changed nothing.
 *
 * <p><b>Owners.</b> Several instances of the service may share the same data, each through a store
 * of its own. A running order has an owner, the instance that claimed it, and a lease. Only the
 * owner may change the order: for any other instance {@link WorkOrders#update} and {@link
 * WorkOrders#remove} return {@code false}. After the lease has ended, the owner remains the owner
 * until another instance takes over.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, including virtual ones, and blocks
 * until it is done. Every later call sees the changes that were acknowledged before it.
 *
 * <p>Every method that writes throws {@link StoreUnavailableException} if the write cannot be
 * accepted; nothing has changed then.
 */
public interface Store extends AutoCloseable {

  WorkOrders workOrders();

  Runs runs();

  WorkQueue queue();

  ChangeFeed changes();

  AgentPauses agentPauses();

  UsageLedger usage();

  Instances instances();

  RunArchive archive();

  default Outbox outbox() {
    return Outbox.NONE;
  }

  /** Makes new ids of orders and runs sort after all existing ones, whatever the clock says. */
  default void followIds() {
    workOrders()
        .ids()
        .forEachRemaining(id -> {
          WorkOrderId.follow(id);
          runs().ofOrder(id).forEach(RunId::follow);
        });
  }

  /** Returns the instance of the service that opened this store. */
  InstanceId instance();

  /** Returns what an operator must know about the store. Cheap enough for every probe. */
  StoreHealth health();

  /**
   * Flushes and releases everything. Idempotent. Later calls throw {@link
   * StoreUnavailableException}.
   */
  @Override
  void close();
}
