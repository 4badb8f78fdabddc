package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** What a store promises that several instances share. */
public abstract class LeaseContract extends SharedStoreFixture {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration LONGER = LEASE.plusSeconds(1);

  private WorkOrder claimedByOne() {
    WorkOrder order = WorkOrders.queued();
    assertThat(one.workOrders().insert(order)).isEmpty();
    return one.queue().claim(claim(Optional.of(order.id()))).getFirst();
  }

  private static Claim claim(Optional<WorkOrderId> only) {
    return new Claim(100, 0, false, only, LEASE, _ -> true);
  }

  private static Running running(WorkOrder order) {
    return (Running) order.state();
  }

  @Test
  void anOrderThatOneInstanceClaimedIsNotToBeHadByAnother() {
    WorkOrder order = claimedByOne();

    assertThat(running(order).lease().owner()).isEqualTo(one.instance());
    assertThat(running(order).lease().until()).isPresent();
    assertThat(two.queue().claim(claim(Optional.empty()))).isEmpty();
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    assertThat(two.queue().renew(Set.of(order.id()), LEASE)).containsExactly(order.id());
    assertThat(two.queue().running())
        .extracting(WorkQueue.RunningEntry::owner)
        .containsExactly(one.instance());
  }

  @Test
  void onlyItsOwnerChangesARunningOrder() {
    WorkOrder order = claimedByOne();

    assertThat(two.workOrders().update(order.cancel(clock.instant()))).isFalse();
    assertThat(two.workOrders().remove(order)).isFalse();
    assertThat(two.queue().release(order, clock.instant())).isEmpty();
    assertThat(two.workOrders().find(order.id())).contains(order);

    WorkOrder done = order.complete(clock.instant());
    assertThat(one.workOrders().update(done)).isTrue();
    assertThat(two.workOrders().remove(done)).as("it runs no more").isTrue();
  }

  @Test
  void aLeaseThatEndedIsTakenOverWithItsRun() {
    WorkOrder order = claimedByOne();
    clock.advance(LONGER);

    List<WorkOrder> taken = two.queue().takeExpired(LEASE, 9);

    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().revision()).isEqualTo(order.revision() + 1);
    assertThat(taken.getFirst().runs()).isEqualTo(order.runs());
    assertThat(taken.getFirst().attempts()).isEqualTo(order.attempts());
    assertThat(running(taken.getFirst()).current()).isEqualTo(running(order).current());
    assertThat(running(taken.getFirst()).lease().owner()).isEqualTo(two.instance());
    assertThat(one.workOrders().find(order.id())).contains(taken.getFirst());
    assertThat(one.queue().takeExpired(LEASE, 9)).as("the new lease goes on").isEmpty();
  }

  @Test
  void aFormerOwnerChangesNothingWhateverRevisionItNames() {
    WorkOrder order = claimedByOne();
    clock.advance(LONGER);
    WorkOrder taken = two.queue().takeExpired(LEASE, 9).getFirst();

    assertThat(one.workOrders().update(order.complete(clock.instant()))).isFalse();
    assertThat(one.workOrders().update(taken.complete(clock.instant()))).isFalse();
    assertThat(one.workOrders().remove(taken)).isFalse();
    assertThat(one.queue().release(order, clock.instant())).isEmpty();
    assertThat(one.queue().release(taken, clock.instant())).isEmpty();
    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).containsExactly(order.id());

    assertThat(two.workOrders().find(order.id())).contains(taken);
    WorkOrder lost =
        taken.fail(FailureReason.LOST, "Its instance is gone", Optional.empty(), clock.instant());
    assertThat(two.workOrders().update(lost)).isTrue();
  }

  @Test
  void aRenewedLeaseGoesOnAndIsNoChangeOfTheOrder() {
    WorkOrder order = claimedByOne();
    ChangeFeed.Position before = one.changes().latest();
    clock.advance(LEASE.dividedBy(2));
    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).isEmpty();
    clock.advance(LEASE.dividedBy(2).plusSeconds(1));

    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    WorkOrder renewed = one.workOrders().find(order.id()).orElseThrow();
    assertThat(renewed.revision()).isEqualTo(order.revision());
    assertThat(running(renewed).lease().until().orElseThrow())
        .isAfter(running(order).lease().until().orElseThrow());
    assertThat(one.changes().after(before, 9).entries()).isEmpty();
    assertThat(one.workOrders().update(order.complete(clock.instant())))
        .as("from what was read before the renewal")
        .isTrue();
  }

  @Test
  void aChangeOfARunningOrderLeavesItsLeaseAlone() {
    WorkOrder order = claimedByOne();
    clock.advance(LEASE.dividedBy(2));
    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).isEmpty();

    WorkOrder changed = order.withoutRun(WorkOrders.run(), clock.instant());
    assertThat(one.workOrders().update(changed)).isTrue();

    clock.advance(LEASE.dividedBy(2).plusSeconds(1));
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
  }

  @Test
  void anOwnerThatNobodyReplacedStillWritesAndRenews() {
    WorkOrder order = claimedByOne();
    clock.advance(LONGER);

    assertThat(one.queue().renew(Set.of(order.id()), LEASE)).isEmpty();
    assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
    clock.advance(LONGER);
    assertThat(one.workOrders().update(order.complete(clock.instant()))).isTrue();
  }

  @Test
  void whatEndedIsTakenOverOnceTheOldestFirstAndNoMoreThanAsked() throws Exception {
    List<WorkOrderId> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(claimedByOne().id());
      clock.advance(Duration.ofMillis(10));
    }
    clock.advance(LONGER);
    assertThat(two.queue().takeExpired(LEASE, 2))
        .extracting(WorkOrder::id)
        .containsExactlyElementsOf(ids.subList(0, 2));
    Store three = open(new InstanceId("three"));
    List<Callable<List<WorkOrder>>> rivals = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Store rival = i % 2 == 0 ? two : three;
      rivals.add(() -> rival.queue().takeExpired(LEASE, 2));
    }

    List<WorkOrderId> taken =
        StoreFixture.concurrently(rivals).stream()
            .flatMap(List::stream)
            .map(WorkOrder::id)
            .toList();

    assertThat(taken).containsExactlyInAnyOrderElementsOf(ids.subList(2, 12));
    three.close();
  }

  @Test
  void aLimitCountsWhatAllInstancesRun() throws Exception {
    for (int i = 0; i < 20; i++) {
      one.workOrders().insert(WorkOrders.queued());
    }
    Claim claim = new Claim(4, 5, false, Optional.empty(), LEASE, _ -> true);
    List<Callable<List<WorkOrder>>> claims = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Store each = i % 2 == 0 ? one : two;
      claims.add(() -> each.queue().claim(claim));
    }

    assertThat(StoreFixture.concurrently(claims).stream().mapToInt(List::size).sum()).isEqualTo(5);
  }

  @Test
  void whatOneInstanceChangesTheOtherIsToldOf() throws Exception {
    ChangeFeed.Position before = two.changes().latest();
    WorkOrder order = claimedByOne();

    assertThat(two.changes().await(before, Duration.ofSeconds(30))).isTrue();
    assertThat(two.changes().after(before, 9).entries())
        .extracting(ChangeFeed.Entry::order)
        .containsOnly(order.id());
  }
}
