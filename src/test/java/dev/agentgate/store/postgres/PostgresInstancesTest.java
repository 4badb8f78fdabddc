package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.agentgate.store.Claims;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.InstancesContract;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.SharedInstancesContract;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresInstancesTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final InstanceId ONE = new InstanceId("one");
  private static final InstanceId TWO = new InstanceId("two");

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();

  private Store opened(InstanceId id) {
    Home home = new Home("home of " + id, "localhost");
    return database.open(new Member(id, home, Optional.of(LEASE)), clock, Optional.empty());
  }

  @Nested
  final class Alone extends InstancesContract {
    @Override
    protected Store open() {
      return opened(ONE);
    }
  }

  @Nested
  final class Several extends SharedInstancesContract {
    @Override
    protected Store open(InstanceId instance) {
      return opened(instance);
    }
  }

  @Test
  void anInstanceThatIsSilentIsNotAliveAndIsNamedWhileItOwnsOrders() {
    Store one = opened(ONE);
    Store two = opened(TWO);
    WorkOrder order = Claims.claimedBy(one, LEASE);
    clock.advance(LEASE.multipliedBy(2));
    assertThat(two.queue().renew(Set.of(), LEASE)).isEmpty();

    assertThat(two.instances().all())
        .extracting(InstanceInfo::id, InstanceInfo::alive, it -> it.status().running())
        .containsExactly(tuple(ONE, false, 1), tuple(TWO, true, 0));
    assertThat(two.queue().takeExpired(LEASE, 9))
        .extracting(WorkOrder::id)
        .containsExactly(order.id());
    assertThat(two.instances().all()).extracting(InstanceInfo::id).containsExactly(TWO);
    assertThat(two.instances().find(ONE)).isEmpty();
    assertThat(one.instances().find(ONE)).as("it sees itself").isPresent();
  }

  @Test
  void aRenewalOfTheLeaseShowsAsTheLastSign() {
    Store one = opened(ONE);
    Instant opened = one.instances().find(ONE).orElseThrow().lastSeen();
    clock.advance(Duration.ofSeconds(10));

    assertThat(one.queue().renew(Set.of(), LEASE)).isEmpty();

    InstanceInfo now = one.instances().find(ONE).orElseThrow();
    assertThat(now.lastSeen()).isAfterOrEqualTo(opened.plusSeconds(9));
    assertThat(now.leaseUntil()).contains(now.lastSeen().plus(LEASE));
    assertThat(now.startedAt()).isEqualTo(opened);
  }

  @Test
  void aFormerProcessAnnouncesNothing() {
    Store former = opened(ONE);
    Store one = opened(ONE);

    former.instances().announce(new InstanceStatus("1", Optional.empty(), 1, 1, true));

    assertThat(one.instances().find(ONE).orElseThrow().status()).isEqualTo(InstanceStatus.UNKNOWN);
  }
}
