package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.Claim;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Leases while the database's clock is set. */
class ClockStepsTest {
  /** No test takes that long by the real clock, which also goes on. */
  private static final Duration LEASE = Duration.ofHours(1);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();
  private volatile Duration step = Duration.ZERO;
  private Store one;
  private Store two;

  @BeforeEach
  void open() {
    one = open("one");
    two = open("two");
  }

  private Store open(String id) {
    return PostgresStore.open(
        new Database(database.connections(), () -> {}),
        new Member(new InstanceId(id), new Home("home of " + id, "a host"), Optional.empty()),
        clock,
        Optional.empty(),
        time ->
            time.plus(
                    Duration.between(Instant.now(), clock.instant()).truncatedTo(ChronoUnit.MILLIS))
                .plus(step));
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  private WorkOrder claimedByOne() {
    assertThat(one.workOrders().insert(WorkOrders.queued())).isEmpty();
    return one.queue().claim(new Claim(1, 0, false, Optional.empty(), LEASE, _ -> true)).getFirst();
  }

  @Test
  void nothingIsTakenFromALivingInstanceIfTheDatabasesClockIsSetForward() {
    WorkOrder order = claimedByOne();
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
    WorkOrder order = claimedByOne();
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
    WorkOrder order = claimedByOne();
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
