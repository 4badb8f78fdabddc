package dev.agentgate.store;

final class InMemoryChangeFeedTest extends ChangeFeedContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  InMemoryChangeFeedTest() {
    super(InMemoryStore.KEPT_CHANGES);
  }

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
