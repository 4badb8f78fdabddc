package dev.agentgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.ChangeFeed.Changes;
import dev.agentgate.store.ChangeFeed.Entry;
import dev.agentgate.store.ChangeFeed.Position;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every store promises of the feed of its changes. */
public abstract class ChangeFeedContract extends StoreFixture {
  private static final Duration HANG = Duration.ofSeconds(30);

  /** More changes than the feed keeps. */
  private final int many;

  protected ChangeFeedContract(int kept) {
    many = kept + 1;
  }

  private Entry entry(WorkOrder order) {
    return new Entry(order.id(), order.revision(), Optional.of(order.status()));
  }

  @Test
  void everyChangeIsToldOnceInItsOrder() {
    Position start = store.changes().latest();
    assertThat(store.changes().after(start, 9).entries()).isEmpty();
    WorkOrder first = WorkOrders.queued();
    WorkOrder second = WorkOrders.queued();
    store.workOrders().insert(first);
    store.workOrders().insert(second);
    WorkOrder cancelled = first.cancel(WorkOrders.NOW);
    store.workOrders().update(cancelled);
    WorkOrder running = store.queue().claim(Claims.ofOne(HANG)).getFirst();
    store.workOrders().remove(cancelled);

    Changes some = store.changes().after(start, 2);
    Changes rest = store.changes().after(some.next(), 9);

    assertThat(some.gap() || rest.gap()).isFalse();
    assertThat(some.entries()).containsExactly(entry(first), entry(second));
    assertThat(rest.entries())
        .containsExactly(
            entry(cancelled),
            entry(running),
            new Entry(first.id(), cancelled.revision(), Optional.empty()));
    assertThat(rest.next()).isEqualTo(store.changes().latest());
    assertThat(store.changes().after(rest.next(), 9).entries()).isEmpty();
  }

  @Test
  void whatChangedNothingIsNotTold() {
    WorkOrder order = WorkOrders.withKey("k");
    store.workOrders().insert(order);
    Position start = store.changes().latest();

    store.workOrders().insert(WorkOrders.withKey("k"));
    store.workOrders().update(order.cancel(WorkOrders.NOW).requeue(WorkOrders.NOW));
    store.queue().setPaused(true);

    assertThat(store.changes().after(start, 9).entries()).isEmpty();
  }

  @Test
  void aReaderThatWasAwayTooLongIsToldOfTheGapAndGoesOnBehindIt() throws Exception {
    Position start = store.changes().latest();
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    for (int i = 1; i < many; i++) {
      order = order.expedite(WorkOrders.NOW);
      store.workOrders().update(order);
    }

    Changes missed = store.changes().after(start, 9);

    assertThat(missed.gap()).isTrue();
    assertThat(missed.entries()).isEmpty();
    assertThat(store.changes().await(start, HANG)).as("a gap is something to tell").isTrue();
    WorkOrder last = order.cancel(WorkOrders.NOW);
    store.workOrders().update(last);
    assertThat(store.changes().after(missed.next(), 9).entries()).containsExactly(entry(last));
  }

  @Test
  void aReaderMissesNothingOverAReopenUnlessItIsTold() throws Exception {
    Position start = store.changes().latest();
    WorkOrder order = WorkOrders.queued();
    store.workOrders().insert(order);
    reopen();

    Changes after = store.changes().after(start, 9);

    assertThat(after.gap() ? List.of(entry(order)) : after.entries()).containsExactly(entry(order));
    assertThat(store.changes().after(after.next(), 9).gap()).isFalse();
  }

  @Test
  void aReaderIsWokenByAChangeAndNotKeptLongerThanItAsked() throws Exception {
    Position start = store.changes().latest();
    assertThat(store.changes().await(start, Duration.ofMillis(1))).isFalse();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(threads.submit(() -> store.changes().await(start, HANG)));
      }
      store.workOrders().insert(WorkOrders.queued());
      for (Future<Boolean> reader : readers) {
        assertThat(reader.get()).isTrue();
      }
    }
    assertThat(store.changes().after(start, 9).entries())
        .extracting(Entry::status)
        .containsExactly(Optional.of(WorkOrderStatus.QUEUED));
  }
}
