package dev.agentgate.store;

final class InMemoryUsageLedgerTest extends UsageLedgerContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
