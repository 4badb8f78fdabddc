package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FutureTimesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private final InMemoryStore store = new InMemoryStore(Clock.systemUTC());
  private final FutureTimes times = new FutureTimes(store, new Orders(store));

  private WorkOrder submitted(Duration ahead) {
    Instant at = NOW.plus(ahead);
    WorkOrder order =
        WorkOrder.submitted(
            WorkOrderId.next(at), WorkOrders.spec(0, "shell", Map.of()), Optional.empty(), at);
    assertThat(store.insert(order)).isEmpty();
    return order;
  }

  private WorkOrder updated(WorkOrder order) {
    assertThat(store.update(order)).isTrue();
    return order;
  }

  private WorkOrder retriedAt(Duration ahead, Duration backoff) {
    Instant at = NOW.plus(ahead);
    WorkOrder running = updated(submitted(ahead).start(RunId.next(at), at, WorkOrders.LEASE));
    return updated(running.retry(at.plus(backoff), at, false));
  }

  private QueueEntry entry(WorkOrder order) {
    return store.find(order.id()).flatMap(QueueEntry::of).orElseThrow();
  }

  private List<WorkOrderId> queue() {
    List<WorkOrderId> ids = new ArrayList<>();
    store.fromHead().forEachRemaining(entry -> ids.add(entry.id()));
    return ids;
  }

  @Test
  void whatWasQueuedInTheFutureCountsAsQueuedNowInTheSameOrder() {
    WorkOrder last = submitted(Duration.ofHours(3));
    WorkOrder second = submitted(Duration.ofHours(2));
    WorkOrder first = submitted(Duration.ofSeconds(-1));

    assertThat(times.correct(NOW)).hasSize(2);

    WorkOrder fresh = submitted(Duration.ZERO);
    assertThat(queue()).containsExactly(first.id(), second.id(), last.id(), fresh.id());
    assertThat(entry(last).queuedAt()).isEqualTo(NOW);
    assertThat(store.find(first.id())).contains(first);
    assertThat(times.correct(NOW)).as("once is enough").isEmpty();
  }

  @Test
  void aBackoffStaysAsLongAsItWas() {
    WorkOrder retried = retriedAt(Duration.ofHours(2), Duration.ofSeconds(4));
    WorkOrder past = retriedAt(Duration.ofSeconds(-1), Duration.ofSeconds(4));

    assertThat(times.correct(NOW)).hasSize(1);

    assertThat(entry(retried).notBefore()).contains(NOW.plusSeconds(4));
    assertThat(entry(past).notBefore()).contains(NOW.plusSeconds(3));
  }

  @Test
  void whatIsPutAtTheHeadNowGoesBeforeWhatWasPutThereInTheFuture() {
    WorkOrder ahead = updated(submitted(Duration.ZERO).expedite(NOW.plus(Duration.ofHours(1))));
    WorkOrder plain = submitted(Duration.ofSeconds(-5));

    assertThat(times.correct(NOW)).hasSize(1);

    WorkOrder now = updated(submitted(Duration.ZERO).expedite(NOW.plusMillis(1)));
    assertThat(queue()).containsExactly(now.id(), ahead.id(), plain.id());
  }

  @Test
  void whatCannotBeWrittenIsCorrectedLater() {
    WorkOrder order = submitted(Duration.ofHours(3));
    store.refuseWrites(true);
    assertThatThrownBy(() -> times.correct(NOW)).isInstanceOf(StoreUnavailableException.class);
    store.refuseWrites(false);

    assertThat(times.correct(NOW.plusSeconds(9))).hasSize(1);

    assertThat(entry(order).queuedAt()).isEqualTo(NOW.plusSeconds(9));
  }
}
