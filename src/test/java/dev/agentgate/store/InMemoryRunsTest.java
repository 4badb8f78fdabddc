package dev.agentgate.store;

final class InMemoryRunsTest extends RunsContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
