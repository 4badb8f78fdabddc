package dev.agentgate.store;

/** The fake of the queue's tests keeps what a store promises. */
final class InMemoryStoreTest extends StoreContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
