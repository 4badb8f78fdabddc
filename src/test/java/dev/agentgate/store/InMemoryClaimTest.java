package dev.agentgate.store;

final class InMemoryClaimTest extends ClaimContract {
  private final InMemoryStore first = new InMemoryStore(clock, QUEUE_ORDER);

  @Override
  protected Store open() {
    return first.openedBy(first.instance());
  }
}
