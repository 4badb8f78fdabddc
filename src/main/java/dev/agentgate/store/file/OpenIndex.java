package dev.agentgate.store.file;

/** The index of a store that is open. */
interface OpenIndex {

  /**
   * The index.
   *
   * @throws dev.agentgate.store.StoreUnavailableException once the store is closed
   */
  WorkOrderIndex get();

  /** Throws as {@link #get}. */
  default void check() {
    WorkOrderIndex _ = get();
  }
}
