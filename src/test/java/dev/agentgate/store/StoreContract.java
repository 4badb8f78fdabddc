package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every store promises of each of its orders, and of the pauses. */
public abstract class StoreContract extends StoreFixture {
  private static final Instant NOW = WorkOrders.NOW;

  @Test
  void anInsertedOrderIsFoundAsItWas() {
    WorkOrder order = WorkOrders.queued();

    assertThat(store.workOrders().insert(order)).isEmpty();

    assertThat(store.workOrders().find(order.id())).contains(order);
    assertThat(store.workOrders().ids()).toIterable().containsExactly(order.id());
  }

  @Test
  void anUnknownOrderIsNotFound() {
    WorkOrder order = WorkOrders.queued();

    assertThat(store.workOrders().find(order.id())).isEmpty();
    assertThat(store.workOrders().update(order.cancel(NOW))).isFalse();
    assertThat(store.workOrders().remove(order)).isFalse();
    assertThat(store.queue().position(order.id())).isEmpty();
  }

  @Test
  void everyStateAndOptionSurvivesAReopen() throws Exception {
    WorkOrders random = new WorkOrders(42);
    List<WorkOrder> orders = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      for (WorkOrderStatus status : WorkOrderStatus.values()) {
        orders.add(random.any(status));
      }
    }
    orders.forEach(store.workOrders()::insert);
    reopen();

    for (WorkOrder order : orders) {
      assertThat(store.workOrders().find(order.id())).contains(order);
    }
    assertThat(store.workOrders().counts().total()).isEqualTo(orders.size());
  }

  @Test
  void theFirstOfTwoUpdatesFromTheSameRevisionWins() {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    WorkOrder cancelled = order.cancel(NOW);

    assertThat(store.workOrders().update(cancelled)).isTrue();
    assertThat(store.workOrders().update(order.start(WorkOrders.run(), NOW, WorkOrders.LEASE)))
        .isFalse();

    assertThat(store.workOrders().find(order.id())).contains(cancelled);
  }

  @Test
  void ofManyConcurrentUpdatesExactlyOneWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      WorkOrder order = WorkOrders.queued();
      store.workOrders().insert(order);
      List<WorkOrder> rivals = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        rivals.add(order.start(WorkOrders.run(), NOW, WorkOrders.LEASE));
      }

      List<Boolean> won =
          concurrently(rivals.stream().map(r -> task(() -> store.workOrders().update(r))).toList());

      assertThat(won).containsOnlyOnce(true);
      assertThat(store.workOrders().find(order.id())).contains(rivals.get(won.indexOf(true)));
    }
  }

  @Test
  void anIdempotencyKeyIsTakenOnce() {
    WorkOrder first = WorkOrders.withKey("k");
    WorkOrder second = WorkOrders.withKey("k");

    assertThat(store.workOrders().insert(first)).isEmpty();
    assertThat(store.workOrders().insert(second)).contains(first);

    assertThat(store.workOrders().find(second.id())).isEmpty();
    assertThat(store.workOrders().counts().total()).isEqualTo(1);
  }

  @Test
  void anIdempotencyKeyIsTakenAfterAReopenAsWellAndFreeOnceItsOrderIsRemoved() throws Exception {
    WorkOrder first = WorkOrders.withKey("k");
    store.workOrders().insert(first);
    reopen();

    assertThat(store.workOrders().insert(WorkOrders.withKey("k"))).contains(first);
    assertThat(store.workOrders().remove(first)).isTrue();
    assertThat(store.workOrders().insert(WorkOrders.withKey("k"))).isEmpty();
  }

  @Test
  void ofManyConcurrentInsertsWithOneKeyExactlyOneWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      String key = "key" + round;
      List<WorkOrder> rivals = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        rivals.add(WorkOrders.withKey(key));
      }

      List<Optional<WorkOrder>> holders =
          concurrently(rivals.stream().map(r -> task(() -> store.workOrders().insert(r))).toList());

      assertThat(holders).containsOnlyOnce(Optional.empty());
      WorkOrder winner = rivals.get(holders.indexOf(Optional.empty()));
      assertThat(holders).allMatch(h -> h.isEmpty() || h.get().equals(winner));
    }
    assertThat(store.workOrders().counts().total()).isEqualTo(10);
  }

  @Test
  void ordersAddedTogetherAreFoundAsTheyWereAndWaitInTheQueue() throws Exception {
    List<WorkOrder> orders = Stream.generate(WorkOrders::queued).limit(50).toList();

    assertThat(store.workOrders().insertAll(orders)).hasSize(50).containsOnly(Optional.empty());
    reopen();

    for (int i = 0; i < orders.size(); i++) {
      assertThat(store.workOrders().find(orders.get(i).id())).contains(orders.get(i));
      assertThat(store.queue().position(orders.get(i).id())).hasValue(i + 1);
    }
    assertThat(store.workOrders().insertAll(List.of())).isEmpty();
  }

  @Test
  void ofOrdersAddedTogetherEachFindsTheHolderOfItsKey() throws Exception {
    WorkOrder earlier = WorkOrders.withKey("earlier");
    store.workOrders().insert(earlier);
    WorkOrder again = WorkOrders.withKey("earlier");
    WorkOrder first = WorkOrders.withKey("k");
    WorkOrder second = WorkOrders.withKey("k");
    WorkOrder other = WorkOrders.queued();

    assertThat(store.workOrders().insertAll(List.of(again, first, second, other)))
        .containsExactly(
            Optional.of(earlier), Optional.empty(), Optional.of(first), Optional.empty());

    reopen();
    assertThat(store.workOrders().ids())
        .toIterable()
        .containsExactlyInAnyOrder(earlier.id(), first.id(), other.id());
  }

  @Test
  void batchesWithTheSameKeysInAnyOrderDoNotBlockEachOther() throws Exception {
    List<String> keys = new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> "key" + i).toList());
    Random random = new Random(7);
    List<List<WorkOrder>> batches = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      Collections.shuffle(keys, random);
      batches.add(keys.stream().map(WorkOrders::withKey).toList());
    }

    List<List<Optional<WorkOrder>>> results =
        concurrently(
            batches.stream()
                .map(batch -> task(() -> store.workOrders().insertAll(batch)))
                .toList());

    assertThat(results.stream().flatMap(List::stream).filter(Optional::isEmpty)).hasSize(40);
    assertThat(store.workOrders().counts().total()).isEqualTo(40);
  }

  @Test
  void aRemovedOrderNeverComesBack() throws Exception {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);

    assertThat(store.workOrders().remove(order.cancel(NOW))).as("another revision").isFalse();
    assertThat(store.workOrders().remove(order)).isTrue();
    assertThat(store.workOrders().remove(order)).isFalse();
    assertThat(store.workOrders().find(order.id())).isEmpty();
    reopen();

    assertThat(store.workOrders().find(order.id())).isEmpty();
    assertThat(store.workOrders().update(order.cancel(NOW))).isFalse();
    assertThat(store.workOrders().counts().total()).isZero();
  }

  @Test
  void thePausesOfAgentsSurviveAReopen() throws Exception {
    AgentPause limited =
        new AgentPause(
            AgentPause.Reason.USAGE_LIMIT,
            "You've hit your \"limit\"",
            NOW,
            Optional.of(NOW.plusSeconds(3600)),
            3,
            "a digest");
    AgentPause manual =
        new AgentPause(AgentPause.Reason.MANUAL, "Paused", NOW, Optional.empty(), 1, "");
    assertThat(store.agentPauses().all()).isEmpty();
    store.agentPauses().set("claude-code", Optional.of(limited));
    store.agentPauses().set("my agent", Optional.of(manual));
    reopen();
    assertThat(store.agentPauses().all())
        .isEqualTo(Map.of("claude-code", limited, "my agent", manual));
    store.agentPauses().set("claude-code", Optional.empty());
    assertThat(store.agentPauses().all()).isEqualTo(Map.of("my agent", manual));
    reopen();
    assertThat(store.agentPauses().all()).isEqualTo(Map.of("my agent", manual));
  }

  @Test
  void aPauseOfAnAgentIsReplacedOnlyByOneWhoKnowsIt() throws Exception {
    AgentPause limited =
        new AgentPause(
            AgentPause.Reason.USAGE_LIMIT, "Limit", NOW, Optional.of(NOW.plusSeconds(9)), 1, "c");
    AgentPause manual =
        new AgentPause(AgentPause.Reason.MANUAL, "Paused", NOW, Optional.empty(), 1, "");
    AgentPauses pauses = store.agentPauses();

    assertThat(pauses.replace("my agent", Optional.of(manual), Optional.of(limited))).isFalse();
    assertThat(pauses.all()).isEmpty();
    assertThat(pauses.replace("my agent", Optional.empty(), Optional.of(limited))).isTrue();
    assertThat(pauses.all()).isEqualTo(Map.of("my agent", limited));
    pauses.set("my agent", Optional.of(manual));
    assertThat(pauses.replace("my agent", Optional.of(limited), Optional.empty())).isFalse();
    assertThat(pauses.replace("my agent", Optional.empty(), Optional.of(limited))).isFalse();
    reopen();
    assertThat(store.agentPauses().all()).isEqualTo(Map.of("my agent", manual));
    assertThat(store.agentPauses().replace("my agent", Optional.of(manual), Optional.empty()))
        .isTrue();
    assertThat(store.agentPauses().all()).isEmpty();
  }

  @Test
  void thePauseSurvivesAReopen() throws Exception {
    assertThat(store.queue().isPaused()).isFalse();
    store.queue().setPaused(true);
    assertThat(store.queue().isPaused()).isTrue();
    reopen();
    assertThat(store.queue().isPaused()).isTrue();
    store.queue().setPaused(false);
    reopen();
    assertThat(store.queue().isPaused()).isFalse();
  }

  @Test
  void aClosedStoreRefusesEverything() {
    store.close();
    store.close();

    assertThatThrownBy(() -> store.workOrders().insert(WorkOrders.queued()))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> store.workOrders().counts())
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aHealthyStoreHasNothingToReport() {
    store.workOrders().insert(WorkOrders.queued());

    assertThat(store.health().failure()).isEmpty();
    assertThat(store.health().unreadable()).isEmpty();
  }
}
