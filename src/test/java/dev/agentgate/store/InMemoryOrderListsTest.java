package dev.agentgate.store;

final class InMemoryOrderListsTest extends OrderListsContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
