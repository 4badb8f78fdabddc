package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.InstanceId;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class InMemoryInstancesTest {
  @Nested
  final class Alone extends InstancesContract {
    @Override
    protected Store open() {
      return new InMemoryStore(clock);
    }
  }

  @Nested
  final class Several extends SharedInstancesContract {
    private final InMemoryStore first = new InMemoryStore(clock);

    @Override
    protected Store open(InstanceId instance) {
      return first.openedBy(instance);
    }
  }

  @Test
  void anInstanceThatIsLostIsNotAlive() {
    InMemoryStore one = new InMemoryStore(new SettableClock());
    InMemoryStore two = one.openedBy(new InstanceId("two"));

    two.lose(one.instance());

    assertThat(two.instances().find(one.instance()).orElseThrow().alive()).isFalse();
    assertThat(two.instances().find(two.instance()).orElseThrow().alive()).isTrue();
  }
}
