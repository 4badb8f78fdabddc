package dev.agentgate.store.file;

/** Gives access to the index of an open store. */
interface OpenIndex {

  /**
   * Returns the index.
   *
   * @throws dev.agentgate.store.StoreUnavailableException once the store is closed
   */
  WorkOrderIndex get();

  /** Throws the same exception as {@link #get}. */
  default void check() {
    WorkOrderIndex _ = get();
  }
}
