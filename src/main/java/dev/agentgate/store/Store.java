package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;

/**
 * Keeps work orders and their runs, and hands them out to be run. The four parts are views of one
 * thing: what one of them acknowledged, the others see.
 *
 * <p><b>Durability.</b> When a method marked {@link Writes} returns, the change survives a crash of
 * the process and of the machine; a run's record survives a crash of the process only. A change
 * that was not acknowledged may or may not survive, but never in part.
 *
 * <p><b>Races.</b> A change names the revision it was made from; the first one wins, the others get
 * {@code false} and have changed nothing.
 *
 * <p><b>Owners.</b> Several instances of the service may share what is kept, each through a store
 * of its own. A running order has an owner, the instance that claimed it, and a lease. Only its
 * owner changes it: for any other instance {@link WorkOrders#update} and {@link WorkOrders#remove}
 * return {@code false}. The owner stays the owner when its lease has ended, until another takes
 * over.
 *
 * <p><b>Threads.</b> Every method may be called from any thread, virtual ones included, and blocks
 * until it is done. What was acknowledged is seen by every later call.
 *
 * <p>Every method that writes throws {@link StoreUnavailableException} when the write cannot be
 * taken; then nothing changed.
 */
public interface Store extends AutoCloseable {

  WorkOrders workOrders();

  Runs runs();

  WorkQueue queue();

  ChangeFeed changes();

  /** The instance of the service that this store was opened by. */
  InstanceId instance();

  /** What an operator must know of the store. Cheap enough for every probe. */
  StoreHealth health();

  /**
   * Flushes and releases everything. Idempotent. Later calls throw {@link
   * StoreUnavailableException}.
   */
  @Override
  void close();
}
