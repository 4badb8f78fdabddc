package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class QueueEntryTest {
  private static final Instant NOW = WorkOrders.NOW;

  private static WorkOrder order(int priority, long second) {
    Instant at = NOW.plusSeconds(second);
    return WorkOrder.submitted(
        WorkOrderId.next(at), WorkOrders.spec(priority, "shell", Map.of()), Optional.empty(), at);
  }

  private static QueueEntry entry(WorkOrder order) {
    return QueueEntry.of(order).orElseThrow();
  }

  @Test
  void theQueueIsOrderedByRequestThenPriorityThenAge() {
    List<QueueEntry> expected =
        List.of(
            entry(order(-5, 9).expedite(NOW.plusSeconds(20))),
            entry(order(100, 0).expedite(NOW.plusSeconds(10))),
            entry(order(7, 8)),
            entry(order(0, 1)),
            entry(order(0, 2)),
            entry(order(-1, 0)));
    List<QueueEntry> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, new Random(3));
    Collections.sort(shuffled);

    assertThat(shuffled).containsExactlyElementsOf(expected);
  }

  @Test
  void waitingCountsAsPriorityWhereTheQueueAges() {
    List<QueueEntry> expected =
        List.of(
            entry(order(0, 9).expedite(NOW.plusSeconds(20))),
            entry(order(100, 50)),
            entry(order(-1, 0)),
            entry(order(0, 10)),
            entry(order(1, 20)),
            entry(order(1, 21)),
            entry(order(-1, 2)));
    List<QueueEntry> shuffled = new ArrayList<>(expected);
    Collections.shuffle(shuffled, new Random(5));
    shuffled.sort(QueueEntry.order(Optional.of(Duration.ofSeconds(10))));

    assertThat(shuffled).containsExactlyElementsOf(expected);
  }

  @Test
  void aQueueThatDoesNotAgeIsInItsNaturalOrder() {
    List<QueueEntry> entries = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      entries.add(entry(order(i % 5 - 2, i)));
    }
    assertThat(entries.stream().sorted(QueueEntry.order(Optional.empty())))
        .containsExactlyElementsOf(entries.stream().sorted().toList());
  }

  @Test
  void ordersOfTheSameMomentAreOrderedByTheirIds() {
    QueueEntry first = entry(order(0, 0));
    QueueEntry second = entry(order(0, 0));

    assertThat(first).isLessThan(second);
  }

  @Test
  void onlyAWaitingOrderHasAnEntry() {
    WorkOrder order = order(0, 0);

    assertThat(QueueEntry.of(order.cancel(NOW))).isEmpty();
    assertThat(QueueEntry.of(order.start(WorkOrders.run(), NOW, WorkOrders.LEASE))).isEmpty();
  }

  @Test
  void anEntryKnowsWhatHoldsItsOrderBack() {
    RunLimits limits =
        new RunLimits(
            Duration.ofHours(1),
            Optional.empty(),
            Optional.of(Duration.ofMinutes(5)),
            3,
            Set.of(),
            Optional.empty());
    WorkOrderSpec spec =
        WorkOrders.spec(
            "x",
            "shell",
            new WorkspaceSource.GitHub("Acme", "Shop", Optional.of("main")),
            limits,
            AgentChoices.NONE,
            4,
            Map.of());
    WorkOrder order =
        WorkOrder.submitted(WorkOrderId.next(NOW), spec, Optional.empty(), NOW)
            .start(WorkOrders.run(), NOW, WorkOrders.LEASE)
            .retry(NOW.plusSeconds(2), NOW.plusSeconds(1), false);

    assertThat(entry(order))
        .isEqualTo(
            new QueueEntry(
                order.id(),
                4,
                NOW.plusSeconds(1),
                Optional.of(NOW.plusSeconds(2)),
                true,
                Optional.empty(),
                Optional.of(NOW.plusSeconds(301)),
                Optional.of("github:acme/shop"),
                spec.agentType()));
  }
}
