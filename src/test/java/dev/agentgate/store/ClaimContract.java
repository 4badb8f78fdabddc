package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What every store promises of its queue. */
public abstract class ClaimContract extends StoreFixture {
  private static final Duration LEASE = Duration.ofMinutes(1);
  protected static final Duration AGING = Duration.ofMinutes(10);

  /** In the order of this the store hands out what waits. */
  protected static final Comparator<QueueEntry> QUEUE_ORDER = QueueEntry.order(Optional.of(AGING));

  /** Every one that there is. */
  protected static Claim slots(int slots) {
    return new Claim(slots, 0, false, Optional.empty(), LEASE, _ -> true);
  }

  private static Claim perRepository(int limit) {
    return new Claim(100, limit, false, Optional.empty(), LEASE, _ -> true);
  }

  private static Claim admitting(Predicate<QueueEntry> admits) {
    return new Claim(100, 0, false, Optional.empty(), LEASE, admits);
  }

  private List<WorkOrderId> claimed(Claim claim) {
    return store.queue().claim(claim).stream().map(WorkOrder::id).toList();
  }

  protected WorkOrder inserted(String repository, int priority, Duration ago) {
    Instant at = clock.instant().minus(ago);
    WorkOrderSpec spec =
        WorkOrders.spec(
            "Fix it",
            "shell",
            new WorkspaceSource.GitHub("acme", repository, Optional.empty()),
            WorkOrders.LIMITS,
            AgentChoices.NONE,
            priority,
            Map.of());
    WorkOrder order = WorkOrder.submitted(WorkOrderId.next(at), spec, Optional.empty(), at);
    assertThat(store.workOrders().insert(order)).isEmpty();
    return order;
  }

  protected WorkOrder changed(WorkOrder order) {
    assertThat(store.workOrders().update(order)).isTrue();
    return order;
  }

  @Test
  void aClaimedOrderRunsIsOwnedAndHasTheRecordOfItsRun() throws Exception {
    WorkOrder waiting = inserted("shop", 0, Duration.ZERO);

    List<WorkOrder> claimed = store.queue().claim(slots(1));

    assertThat(claimed).hasSize(1);
    WorkOrder order = claimed.getFirst();
    assertThat(order.id()).isEqualTo(waiting.id());
    assertThat(order.revision()).isEqualTo(waiting.revision() + 1);
    assertThat(order.attempts()).isEqualTo(1);
    assertThat(order.status()).isEqualTo(WorkOrderStatus.RUNNING);
    assertThat(((Running) order.state()).lease().isHeldBy(store.instance())).isTrue();
    assertThat(store.workOrders().find(order.id())).contains(order);
    RunId run = order.runs().getLast();
    Run record = store.runs().find(run).orElseThrow();
    assertThat(record.workOrderId()).isEqualTo(order.id());
    assertThat(record.attempt()).isEqualTo(1);
    assertThat(record.state()).isInstanceOf(RunState.Preparing.class);
    assertThat(store.queue().running())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.run()).isEqualTo(run);
          assertThat(entry.owner()).isEqualTo(store.instance());
        });
    reopen();
    assertThat(store.workOrders().find(order.id())).contains(order);
    assertThat(store.queue().claim(slots(1))).isEmpty();
  }

  @Test
  void aClaimTakesAsManyAsThereAreSlotsFromTheHeadOn() {
    WorkOrder second = inserted("shop", 0, Duration.ofMinutes(2));
    WorkOrder third = inserted("shop", 0, Duration.ofMinutes(1));
    WorkOrder first = inserted("shop", 1, Duration.ZERO);

    assertThat(claimed(slots(0))).isEmpty();
    assertThat(claimed(slots(2))).containsExactly(first.id(), second.id());
    assertThat(claimed(slots(2))).containsExactly(third.id());
    assertThat(claimed(slots(2))).isEmpty();
  }

  @Test
  void whatWaitedLongEnoughGoesBeforeAHigherPriority() {
    WorkOrder urgent = inserted("shop", 1, Duration.ZERO);
    WorkOrder young = inserted("shop", 0, AGING.minusSeconds(60));
    WorkOrder old = inserted("shop", 0, AGING.plusSeconds(60));
    WorkOrder asked = changed(inserted("shop", -9, Duration.ZERO).expedite(clock.instant()));

    assertThat(claimed(slots(9))).containsExactly(asked.id(), old.id(), urgent.id(), young.id());
  }

  @Test
  void noRepositoryGetsMoreThanItMayAndTheOthersGoOn() {
    WorkOrder a1 = inserted("a", 0, Duration.ofMinutes(5));
    WorkOrder a2 = inserted("a", 0, Duration.ofMinutes(4));
    WorkOrder b1 = inserted("b", 0, Duration.ofMinutes(3));
    inserted("a", 0, Duration.ofMinutes(2));

    List<WorkOrder> claimed = store.queue().claim(perRepository(2));

    assertThat(claimed).extracting(WorkOrder::id).containsExactly(a1.id(), a2.id(), b1.id());
    assertThat(store.queue().runningOf(repositoryOf(a1))).isEqualTo(2);
    assertThat(claimed(perRepository(2))).isEmpty();
    changed(claimed.getFirst().complete(clock.instant()));
    assertThat(store.queue().runningOf(repositoryOf(a1))).isEqualTo(1);
    assertThat(claimed(perRepository(2))).hasSize(1);
    assertThat(store.queue().runningOf(repositoryOf(b1))).isEqualTo(1);
    assertThat(store.queue().runningOf("nothing")).isZero();
  }

  private static String repositoryOf(WorkOrder order) {
    return order.spec().workspaceSource().repository().orElseThrow();
  }

  @Test
  void whatIsRunningCountsAfterAReopenAsWell() throws Exception {
    WorkOrder running = inserted("a", 0, Duration.ofMinutes(1));
    inserted("a", 0, Duration.ZERO);
    assertThat(claimed(slots(1))).hasSize(1);
    reopen();

    assertThat(store.queue().runningOf(repositoryOf(running))).isEqualTo(1);
    assertThat(claimed(perRepository(1))).isEmpty();
    assertThat(claimed(perRepository(2))).hasSize(1);
  }

  @Test
  void aBackoffIsWaitedOutByTheStoresClock() throws Exception {
    WorkOrder first = inserted("shop", 0, Duration.ofMinutes(1));
    WorkOrder claimed = store.queue().claim(slots(1)).getFirst();
    Instant end = clock.instant().plus(Duration.ofHours(1));
    changed(claimed.retry(end, clock.instant(), false));
    WorkOrder second = inserted("shop", 0, Duration.ZERO);

    assertThat(store.queue().nextBackoffEnd()).contains(end);
    assertThat(claimed(slots(9))).containsExactly(second.id());
    assertThat(claimed(slots(9))).isEmpty();
    reopen();
    assertThat(store.queue().nextBackoffEnd()).contains(end);

    clock.advance(Duration.ofHours(2));
    assertThat(store.queue().nextBackoffEnd()).isEmpty();
    assertThat(claimed(slots(9))).containsExactly(first.id());
  }

  @Test
  void onlyRequestedOrdersAreClaimedWhereThatIsAsked() {
    inserted("shop", 9, Duration.ofMinutes(1));
    WorkOrder requested = changed(inserted("shop", 0, Duration.ZERO).expedite(clock.instant()));

    assertThat(claimed(new Claim(9, 0, true, Optional.empty(), LEASE, _ -> true)))
        .containsExactly(requested.id());
  }

  @Test
  void oneOrderAloneIsClaimedWhereverItStands() {
    inserted("shop", 0, Duration.ofMinutes(1));
    WorkOrder wanted = inserted("shop", 0, Duration.ZERO);
    Claim alone = new Claim(9, 0, false, Optional.of(wanted.id()), LEASE, _ -> true);

    assertThat(claimed(alone)).containsExactly(wanted.id());
    assertThat(claimed(alone)).isEmpty();
    assertThat(
            claimed(
                new Claim(9, 0, false, Optional.of(WorkOrders.queued().id()), LEASE, _ -> true)))
        .isEmpty();
  }

  @Test
  void whatTheCallerDoesNotAdmitStaysAndIsAskedForInTheQueuesOrder() {
    WorkOrder first = inserted("a", 0, Duration.ofMinutes(3));
    WorkOrder second = inserted("b", 0, Duration.ofMinutes(2));
    WorkOrder third = inserted("a", 0, Duration.ofMinutes(1));
    List<WorkOrderId> asked = new ArrayList<>();

    Claim claim =
        admitting(entry -> {
          asked.add(entry.id());
          return entry.id().equals(second.id());
        });

    assertThat(claimed(claim)).containsExactly(second.id());
    assertThat(asked).containsExactly(first.id(), second.id(), third.id());
    assertThat(claimed(slots(9))).containsExactly(first.id(), third.id());
  }

  @Test
  void nothingIsClaimedWhileTheQueueIsPaused() {
    WorkOrder order = inserted("shop", 0, Duration.ZERO);
    store.queue().setPaused(true);
    assertThat(claimed(slots(1))).isEmpty();
    store.queue().setPaused(false);
    assertThat(claimed(slots(1))).containsExactly(order.id());
  }

  @Test
  void ofManyConcurrentClaimsNoneGetsAnOrderTwiceNorMoreThanItsLimit() throws Exception {
    for (int i = 0; i < 40; i++) {
      inserted(i % 2 == 0 ? "a" : "b", 0, Duration.ZERO);
    }
    List<Callable<List<WorkOrder>>> claims = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      claims.add(
          () -> store.queue().claim(new Claim(3, 7, false, Optional.empty(), LEASE, _ -> true)));
    }

    List<WorkOrder> all = concurrently(claims).stream().flatMap(List::stream).toList();

    assertThat(all).extracting(WorkOrder::id).doesNotHaveDuplicates().hasSize(14);
    assertThat(all).extracting(order -> order.runs().getLast()).doesNotHaveDuplicates();
    assertThat(store.workOrders().counts().running()).isEqualTo(14);
  }

  @Test
  void anOrderIsEitherClaimedOrChangedByAnother() throws Exception {
    for (int round = 0; round < 20; round++) {
      WorkOrder order = inserted("shop", 0, Duration.ZERO);
      List<Boolean> won =
          concurrently(
              List.of(
                  task(() -> !store.queue().claim(slots(1)).isEmpty()),
                  task(() -> store.workOrders().update(order.cancel(clock.instant()))),
                  task(() -> !store.queue().claim(slots(1)).isEmpty())));

      assertThat(won).containsOnlyOnce(true);
      WorkOrderStatus status = won.get(1) ? WorkOrderStatus.CANCELLED : WorkOrderStatus.RUNNING;
      assertThat(store.workOrders().find(order.id()).orElseThrow().status()).isEqualTo(status);
      assertThat(store.runs().ofOrder(order.id())).hasSize(won.get(1) ? 0 : 1);
    }
  }

  @Test
  void aReleasedOrderWaitsInItsPlaceAsIfItHadNeverBeenClaimed() {
    WorkOrder first = inserted("a", 0, Duration.ofMinutes(2));
    inserted("a", 0, Duration.ofMinutes(1));
    WorkOrder claimed = store.queue().claim(slots(1)).getFirst();

    WorkOrder released = store.queue().release(claimed, clock.instant()).orElseThrow();

    assertThat(released.status()).isEqualTo(WorkOrderStatus.QUEUED);
    assertThat(released.attempts()).isZero();
    assertThat(released.runs()).isEmpty();
    assertThat(store.workOrders().find(first.id())).contains(released);
    assertThat(store.queue().position(first.id())).hasValue(1);
    assertThat(store.runs().find(claimed.runs().getLast())).isEmpty();
    assertThat(store.queue().release(claimed, clock.instant())).as("twice").isEmpty();
  }

  @Test
  void theOwnerRenewsWhatItRunsAndIsToldWhatItDoesNot() {
    inserted("a", 0, Duration.ofMinutes(1));
    WorkOrder running = store.queue().claim(slots(1)).getFirst();
    WorkOrder waiting = inserted("a", 0, Duration.ZERO);
    WorkOrderId gone = WorkOrders.queued().id();

    assertThat(store.queue().renew(Set.of(running.id(), waiting.id(), gone), LEASE))
        .containsExactlyInAnyOrder(waiting.id(), gone);
    assertThat(store.queue().takeExpired(LEASE, 9)).isEmpty();
    changed(running.complete(clock.instant()));
  }

  @Test
  void aClosedStoreHandsOutNothing() {
    inserted("a", 0, Duration.ZERO);
    store.close();

    assertThatThrownBy(() -> store.queue().claim(slots(1)))
        .isInstanceOf(StoreUnavailableException.class);
  }
}
