package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every store promises of its orders and runs. */
public abstract class StoreContract extends StoreFixture {
  private static final Instant NOW = WorkOrders.NOW;
  private static final Set<WorkOrderStatus> TERMINAL =
      EnumSet.of(WorkOrderStatus.COMPLETED, WorkOrderStatus.FAILED, WorkOrderStatus.CANCELLED);

  @Test
  void waitingOrdersThatExpiredAreNamedAndNoOthers() {
    WorkOrder expires =
        WorkOrder.submitted(
            WorkOrders.queued().id(),
            WorkOrders.expiring(Duration.ofHours(1)),
            Optional.empty(),
            NOW);
    store.workOrders().insert(expires);
    store.workOrders().insert(WorkOrders.queued());
    Instant end = NOW.plus(Duration.ofHours(1));

    assertThat(store.queue().expired(end.minusMillis(1), 9)).isEmpty();
    assertThat(store.queue().expired(end, 9))
        .extracting(QueueEntry::id)
        .containsExactly(expires.id());
    assertThat(store.queue().expired(end, 0)).isEmpty();
    assertThat(store.workOrders().update(expires.cancel(NOW))).isTrue();
    assertThat(store.queue().expired(end, 9)).isEmpty();
  }

  @Test
  void theRunsOfAnOrderAreKnownWithoutItsBody() {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    assertThat(store.runs().ofOrder(order.id())).isEmpty();

    RunId run = RunId.next(order.createdAt());
    WorkOrder running = order.start(run, order.createdAt(), WorkOrders.LEASE);
    assertThat(store.workOrders().update(running)).isTrue();
    assertThat(store.runs().ofOrder(order.id())).containsExactly(run);

    assertThat(store.workOrders().remove(running)).isTrue();
    assertThat(store.runs().ofOrder(order.id())).isEmpty();
  }

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
  void aWalkOverMatchesReachesEachOnceThoughTheyChangeOnTheWay() {
    List<WorkOrder> orders = insertMany(25);
    WorkOrderFilter queued = WorkOrderFilter.ofStatuses(Set.of(WorkOrderStatus.QUEUED));
    List<WorkOrderId> seen = new ArrayList<>();
    Optional<WorkOrderId> before = Optional.empty();
    List<WorkOrderId> page;
    do {
      page = store.workOrders().matching(queued, before, 10);
      for (WorkOrderId id : page) {
        WorkOrder order = store.workOrders().find(id).orElseThrow();
        assertThat(store.workOrders().update(order.cancel(NOW))).isTrue();
      }
      seen.addAll(page);
      before = page.isEmpty() ? before : Optional.of(page.getLast());
    } while (page.size() == 10);

    assertThat(seen)
        .containsExactlyElementsOf(orders.reversed().stream().map(WorkOrder::id).toList());
    assertThat(store.workOrders().matching(queued, Optional.empty(), 10)).isEmpty();
  }

  @Test
  void theLimitsOfTheTimeOfCreationCountInMillisecondsAsClientsSeeThem() {
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    Instant shown = NOW.truncatedTo(ChronoUnit.MILLIS);
    assertThat(NOW).as("the order has a finer time").isAfter(shown);

    assertThat(idsCreated(shown, shown.plusMillis(1))).containsExactly(order.id());
    assertThat(idsCreated(shown.plusMillis(1), shown.plusSeconds(1))).isEmpty();
    assertThat(idsCreated(shown.minusSeconds(1), shown)).isEmpty();
  }

  private List<WorkOrderId> idsCreated(Instant after, Instant before) {
    WorkOrderFilter filter =
        new WorkOrderFilter(
            Set.of(),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Set.of(),
            Optional.of(after),
            Optional.of(before));
    return store.workOrders().page(filter, Optional.empty(), 10).ids();
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
  void aListIsNewestFirstAndPaged() {
    List<WorkOrder> orders = insertMany(25);

    WorkOrderPage first = WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.empty(), 10);
    WorkOrderPage second = WorkOrderPage.of(store, WorkOrderFilter.ALL, lastOf(first), 10);
    WorkOrderPage third = WorkOrderPage.of(store, WorkOrderFilter.ALL, lastOf(second), 10);

    List<WorkOrder> all = new ArrayList<>(first.items());
    all.addAll(second.items());
    all.addAll(third.items());
    assertThat(all).containsExactlyElementsOf(orders.reversed());
    assertThat(List.of(first.hasMore(), second.hasMore(), third.hasMore()))
        .containsExactly(true, true, false);
    assertThat(List.of(first.total(), second.total(), third.total())).containsOnly(25L);
  }

  @Test
  void aPageThatEndsWithTheLastMatchHasNoMore() {
    insertMany(10);

    assertThat(WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.empty(), 10).hasMore())
        .isFalse();
  }

  @Test
  void aListGoesOnBehindAnOrderThatIsGone() {
    List<WorkOrder> orders = insertMany(5);
    store.workOrders().remove(orders.get(2));

    assertThat(
            WorkOrderPage.of(store, WorkOrderFilter.ALL, Optional.of(orders.get(2).id()), 10)
                .items())
        .containsExactly(orders.get(1), orders.get(0));
  }

  private static List<RunResults> results() {
    Usage usage = Usage.ofTokens(6500, 5000, 42).withTurns(OptionalLong.of(3));
    RunResults known =
        RunResults.NONE
            .checkedOut(Optional.of("base"))
            .reported(
                Optional.of("s-1"),
                Optional.of("opus"),
                Optional.of("It is \"done\"\u0000 \ud83d\ude00\n"),
                usage.withCost(Optional.of(new BigDecimal("0.057"))));
    return List.of(
        RunResults.NONE,
        RunResults.NONE.checkedOut(Optional.of("base")),
        known,
        known.used(usage),
        known.collected(
            "base",
            Optional.of("head"),
            Optional.of(new ChangeSummary(2, 14, 3, OptionalLong.of(1892)))),
        known.collected(
            "base",
            Optional.empty(),
            Optional.of(new ChangeSummary(1, 0, 0, OptionalLong.empty()))),
        known.publishing(
            Publication.pending(WorkOrders.PULL_REQUEST, WorkOrders.queued().id())
                .postponed("GitHub answered 502")));
  }

  @Test
  void theRunsThatAreStillToBePublishedAreKnown() throws Exception {
    Run run = claimed();
    Publication pending = Publication.pending(WorkOrders.BRANCH, run.workOrderId());
    store.runs().save(run);
    assertThat(store.runs().unpublished()).isEmpty();

    store.runs().save(run.with(run.results().publishing(pending)));
    assertThat(store.runs().unpublished()).containsExactly(run.id());
    reopen();
    assertThat(store.runs().unpublished()).containsExactly(run.id());

    store.runs().save(run.with(run.results().publishing(pending.pushed("0a", "main"))));
    assertThat(store.runs().unpublished()).isEmpty();
    reopen();
    assertThat(store.runs().unpublished()).isEmpty();
  }

  @Test
  void aRunThatIsGoneIsNotToBePublished() throws Exception {
    Run run = claimed();
    Publication pending = Publication.pending(WorkOrders.BRANCH, run.workOrderId());
    store.runs().save(run.with(run.results().publishing(pending)));

    store.runs().remove(run.id());

    assertThat(store.runs().unpublished()).isEmpty();
    reopen();
    assertThat(store.runs().unpublished()).isEmpty();
  }

  @Test
  void theResultsOfARunAreKept() throws Exception {
    Run run = claimed();
    for (RunResults results : results()) {
      store.runs().save(run.with(results));
      reopen();
      assertThat(store.runs().find(run.id())).contains(run.with(results));
    }
  }

  @Test
  void runsAreKeptAsTheyWereSavedLast() throws Exception {
    Run preparing = claimed();
    Run running =
        preparing
            .at(new InstanceId("agentgate-0"))
            .running(OptionalLong.of(4711))
            .endRequested(EndCause.CANCEL);
    List<RunOutcome> ends =
        List.of(
            new RunOutcome.Completed(NOW, Optional.of(new ExitStatus(0))),
            new RunOutcome.Failed(NOW, FailureReason.LOST, "gone", Optional.empty()),
            new RunOutcome.Interrupted(NOW, "stopped", Optional.of(new ExitStatus(143))),
            new RunOutcome.Limited(
                NOW, "limited", Optional.of(NOW.plusSeconds(3600)), Optional.of(new ExitStatus(1))),
            new RunOutcome.Cancelled(NOW, Optional.of(new ExitStatus(143))));

    assertThat(store.runs().find(WorkOrders.run())).isEmpty();
    store.runs().save(preparing);
    assertThat(store.runs().find(preparing.id())).contains(preparing);
    store.runs().save(running);
    reopen();
    assertThat(store.runs().find(preparing.id())).contains(running);
    for (RunOutcome end : ends) {
      store.runs().save(running.ended(end));
      assertThat(store.runs().find(preparing.id())).contains(running.ended(end));
    }
  }

  @Test
  void aRunIsChangedInOneStep() throws Exception {
    Run run = claimed();
    Run requested = run.endRequested(EndCause.CANCEL);
    store.runs().save(run);

    assertThat(store.runs().change(run.id(), it -> it)).contains(run);
    assertThat(store.runs().change(run.id(), it -> it.endRequested(EndCause.CANCEL)))
        .contains(requested);
    assertThat(store.runs().change(WorkOrders.run(), it -> it)).isEmpty();

    reopen();
    assertThat(store.runs().find(run.id())).contains(requested);
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

  @Test
  void everyAnswerAgreesWithAPlainModelAfterThousandsOfRandomChanges() throws Exception {
    long seed = 20260301;
    Random random = new Random(seed);
    Map<WorkOrderId, WorkOrder> model = new HashMap<>();
    for (int i = 0; i < 4_000; i++) {
      Instant now = NOW.plusMillis(i);
      if (model.isEmpty() || random.nextInt(3) == 0) {
        Map<String, String> labels = Map.of("team", "t" + random.nextInt(3));
        String repository = "shop" + random.nextInt(3);
        WorkOrder order =
            WorkOrder.submitted(
                WorkOrderId.next(now),
                WorkOrders.spec(
                    random.nextInt(5) - 2, "agent" + random.nextInt(2), repository, labels),
                Optional.empty(),
                now);
        store.workOrders().insert(order);
        model.put(order.id(), order);
        continue;
      }
      List<WorkOrder> all = List.copyOf(model.values());
      WorkOrder order = all.get(random.nextInt(all.size()));
      if (random.nextInt(12) == 0) {
        assertThat(store.workOrders().remove(order)).isTrue();
        model.remove(order.id());
      } else {
        WorkOrder next = anyTransition(order, random, now);
        assertThat(store.workOrders().update(next)).isTrue();
        model.put(next.id(), next);
      }
      if (i % 500 == 499) {
        expectAgreement(model, now, "seed " + seed + ", step " + i);
      }
    }
    reopen();
    expectAgreement(model, NOW.plusSeconds(4), "seed " + seed + ", reopened");
  }

  private static WorkOrder anyTransition(WorkOrder order, Random random, Instant now) {
    return switch (order.status()) {
      case QUEUED ->
          random.nextInt(3) == 0
              ? order.expedite(now)
              : order.start(WorkOrders.run(), now, WorkOrders.LEASE);
      case RUNNING ->
          switch (random.nextInt(5)) {
            case 0 -> order.complete(now);
            case 1 -> order.fail(FailureReason.TIMEOUT, "late", Optional.empty(), now);
            case 4 -> order.fail(FailureReason.LOST, "gone", Optional.empty(), now);
            case 2 -> order.cancel(now);
            default -> order.retry(now, now, false);
          };
      case COMPLETED, FAILED, CANCELLED -> order.requeue(now);
    };
  }

  private void expectAgreement(Map<WorkOrderId, WorkOrder> model, Instant now, String where) {
    for (WorkOrderStatus status : WorkOrderStatus.values()) {
      long expected = model.values().stream().filter(o -> o.status() == status).count();
      assertThat(store.workOrders().counts().of(status)).as(where).isEqualTo(expected);
    }
    List<QueueEntry> queue =
        model.values().stream().map(QueueEntry::of).flatMap(Optional::stream).sorted().toList();
    assertThat(store.queue().fromHead()).toIterable().as(where).containsExactlyElementsOf(queue);
    for (int i = 0; i < queue.size(); i++) {
      assertThat(store.queue().position(queue.get(i).id())).isEqualTo(OptionalInt.of(i + 1));
    }
    assertThat(store.queue().oldestQueuedAt())
        .as(where)
        .isEqualTo(queue.stream().map(QueueEntry::queuedAt).min(Comparator.naturalOrder()));
    assertThat(store.queue().running())
        .as(where)
        .extracting(WorkQueue.RunningEntry::run)
        .containsExactlyElementsOf(
            model.values().stream()
                .filter(o -> o.status() == WorkOrderStatus.RUNNING)
                .sorted(
                    Comparator.comparing((WorkOrder o) -> o.state().attempt().get().startedAt())
                        .thenComparing(WorkOrder::id))
                .map(o -> o.runs().getLast())
                .toList());
    Instant cutoff = now.minusMillis(300);
    assertThat(store.workOrders().terminalBefore(TERMINAL, cutoff, 50))
        .as(where)
        .containsExactlyElementsOf(
            model.values().stream()
                .filter(o -> o.status().isTerminal() && o.updatedAt().isBefore(cutoff))
                .sorted(Comparator.comparing(WorkOrder::updatedAt).thenComparing(WorkOrder::id))
                .limit(50)
                .map(WorkOrder::id)
                .toList());
    for (WorkOrderFilter filter :
        List.of(
            WorkOrderFilter.ALL,
            new WorkOrderFilter(TERMINAL, Optional.empty(), Map.of()),
            new WorkOrderFilter(Set.of(WorkOrderStatus.QUEUED), Optional.of("agent1"), Map.of()),
            new WorkOrderFilter(Set.of(), Optional.empty(), Map.of("team", "t1")),
            new WorkOrderFilter(Set.of(), Optional.empty(), Map.of("team", "nobody")),
            narrow(Set.of(), Map.of(), Set.of(), now),
            narrow(Set.of(), Map.of(), Set.of(FailureReason.LOST), now),
            narrow(
                Set.of(WorkOrderStatus.FAILED, WorkOrderStatus.QUEUED),
                Map.of("team", "t1"),
                Set.of(FailureReason.TIMEOUT, FailureReason.LOST),
                now),
            narrow(Set.of(WorkOrderStatus.QUEUED), Map.of("team", "t2"), Set.of(), now))) {
      List<WorkOrder> matches =
          model.values().stream()
              .filter(o -> filter.statuses().isEmpty() || filter.statuses().contains(o.status()))
              .filter(o -> filter.agentType().map(o.spec().agentType()::equals).orElse(true))
              .filter(o -> o.spec().labels().entrySet().containsAll(filter.labels().entrySet()))
              .filter(o -> isOfRepository(o, filter.repository()))
              .filter(o -> failedFor(o, filter.failureReasons()))
              .filter(o -> filter.createdAfter().map(at -> !at.isAfter(o.createdAt())).orElse(true))
              .filter(o -> filter.createdBefore().map(o.createdAt()::isBefore).orElse(true))
              .sorted(Comparator.comparing(WorkOrder::id).reversed())
              .toList();
      assertThat(allPages(filter, matches.size())).as(where).containsExactlyElementsOf(matches);
    }
  }

  /** A filter by repository and time besides these. */
  private static WorkOrderFilter narrow(
      Set<WorkOrderStatus> statuses,
      Map<String, String> labels,
      Set<FailureReason> reasons,
      Instant now) {
    return new WorkOrderFilter(
        statuses,
        Optional.empty(),
        labels,
        Optional.of("github:acme/shop1"),
        reasons,
        Optional.of(NOW.truncatedTo(ChronoUnit.MILLIS).plusMillis(100)),
        Optional.of(now.truncatedTo(ChronoUnit.MILLIS).minusMillis(100)));
  }

  private static boolean isOfRepository(WorkOrder order, Optional<String> repository) {
    return repository.isEmpty() || order.spec().workspaceSource().repository().equals(repository);
  }

  private static boolean failedFor(WorkOrder order, Set<FailureReason> reasons) {
    return reasons.isEmpty()
        || (order.state() instanceof Failed failed && reasons.contains(failed.reason()));
  }

  private List<WorkOrder> allPages(WorkOrderFilter filter, long total) {
    List<WorkOrder> all = new ArrayList<>();
    Optional<WorkOrderId> before = Optional.empty();
    WorkOrderPage page;
    do {
      page = WorkOrderPage.of(store, filter, before, 100);
      assertThat(page.total()).isEqualTo(total);
      assertThat(store.workOrders().matching(filter, before, 100))
          .containsExactlyElementsOf(page.items().stream().map(WorkOrder::id).toList());
      all.addAll(page.items());
      before = lastOf(page);
    } while (page.hasMore());
    return all;
  }

  @Test
  void aWalkAlongTheQueueStandsChangesOnItsWay() {
    List<WorkOrder> orders = insertMany(200);
    Iterator<QueueEntry> walk = store.queue().fromHead();
    int seen = 0;
    while (walk.hasNext()) {
      WorkOrder order = store.workOrders().find(walk.next().id()).orElseThrow();
      store.workOrders().update(order.cancel(NOW));
      seen++;
    }

    assertThat(seen).isEqualTo(orders.size());
    assertThat(store.queue().fromHead().hasNext()).isFalse();
  }

  private static Optional<WorkOrderId> lastOf(WorkOrderPage page) {
    return page.items().isEmpty() ? Optional.empty() : Optional.of(page.items().getLast().id());
  }
}
