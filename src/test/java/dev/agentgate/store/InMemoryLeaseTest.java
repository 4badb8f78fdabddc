package dev.agentgate.store;

import dev.agentgate.workorder.InstanceId;

final class InMemoryLeaseTest extends LeaseContract {
  private final InMemoryStore first = new InMemoryStore(clock);

  @Override
  protected Store open(InstanceId instance) {
    return first.openedBy(instance);
  }
}
