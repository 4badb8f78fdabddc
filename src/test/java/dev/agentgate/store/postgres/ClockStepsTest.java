package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.Claims;
import dev.agentgate.store.SharedStoreFixture;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leases while the database's clock is set. */
final class ClockStepsTest extends SharedStoreFixture {
  /** No test takes that long by the real clock, which also goes on. */
  private static final Duration LEASE = Duration.ofHours(1);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private volatile Duration step = Duration.ZERO;

  @Override
  protected Store open(InstanceId id) {
    return PostgresStore.open(
        new Database(database.connections(), FreshDatabase.MOST, () -> {}),
        new Member(id, new Home("home of " + id, "a host"), Optional.empty()),
        clock,
        Optional.empty(),
        time ->
            time.plus(
                    Duration.between(Instant.now(), clock.instant()).truncatedTo(ChronoUnit.MILLIS))
                .plus(step));
  }

  @Test
  void nothingIsTakenFromALivingInstanceIfTheDatabasesClockIsSetForward() {
    WorkOrder order = Claims.claimedBy(one, LEASE);
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();

    step = LEASE.multipliedBy(3);

    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).isEmpty();
    clock.advance(LEASE.minusMinutes(1));
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).isEmpty();
    clock.advance(LEASE.dividedBy(2));
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
  }

  @Test
  void anInstanceThatIsGoneIsTakenOverOneLeaseAfterTheStep() {
    WorkOrder order = Claims.claimedBy(one, LEASE);
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    step = LEASE.multipliedBy(3);
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();

    clock.advance(LEASE);

    assertThat(two.queue().takeExpired(LEASE, 9))
        .extracting(WorkOrder::id)
        .containsExactly(order.id());
  }

  @Test
  void anInstanceThatHasJustStartedTakesOverAtOnce() {
    WorkOrder order = Claims.claimedBy(one, LEASE);
    clock.advance(LEASE);

    assertThat(two.queue().takeExpired(LEASE, 9))
        .extracting(WorkOrder::id)
        .containsExactly(order.id());
  }

  @Test
  void anAnswerThatTookLongIsNoStep() {
    ClockSteps steps = new ClockSteps();
    Instant now = WorkOrders.NOW;
    assertThat(steps.mayTrust(now, now, now.plusSeconds(9), LEASE)).isTrue();
    assertThat(steps.mayTrust(now.plusSeconds(9), now.plusSeconds(9), now.plusSeconds(9), LEASE))
        .isTrue();
    assertThat(steps.mayTrust(now.plusSeconds(9), now.plusSeconds(18), now.plusSeconds(18), LEASE))
        .isTrue();
    assertThat(steps.mayTrust(now.plusSeconds(18), now.plusSeconds(29), now.plusSeconds(18), LEASE))
        .isFalse();
  }
}
