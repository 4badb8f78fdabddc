package dev.agentgate.store;

/** The fake of the queue's tests keeps what a store promises. */
final class InMemoryStoreTest extends StoreContract {
  private final InMemoryStore kept = new InMemoryStore();

  @Override
  protected Store open() {
    return kept.reopen();
  }
}
