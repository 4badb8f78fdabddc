package dev.agentgate.store;

final class InMemoryRunArchiveTest extends RunArchiveContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
