package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store promises of its lists of orders, of the queue and of the counts. */
public abstract class OrderListsContract extends StoreFixture {
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
