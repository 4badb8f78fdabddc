package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.queue.EventHistory.Reader;
import dev.agentgate.queue.EventHistory.Step;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EventHistoryTest {
  private static final int CAPACITY = 8;
  private final EventHistory history = new EventHistory(CAPACITY);

  @Test
  void aReaderGetsWhatComesAfterItBegan() throws InterruptedException {
    publish(WorkOrders.queued());
    Reader reader = reader(Optional.empty());
    WorkOrder second = publish(WorkOrders.queued());

    assertThat(next(reader)).isInstanceOfSatisfying(Step.Event.class, is(second));
    assertThat(next(reader)).isInstanceOf(Step.Nothing.class);
  }

  @Test
  void aReaderResumesAfterTheIdItSawLast() throws InterruptedException {
    Reader first = reader(Optional.empty());
    WorkOrder seen = publish(WorkOrders.queued());
    String id = ((Step.Event) next(first)).id();
    WorkOrder missed = publish(WorkOrders.queued());

    assertThat(seen.id()).isNotEqualTo(missed.id());
    assertThat(next(reader(Optional.of(id)))).isInstanceOfSatisfying(Step.Event.class, is(missed));
  }

  @Test
  void theOldestEventThatIsKeptCanBeResumedFromAndTheOneBeforeNot() throws InterruptedException {
    Reader all = reader(Optional.empty());
    String start = all.id();
    publish(WorkOrders.queued());
    String first = ((Step.Event) next(all)).id();
    for (int i = 0; i < CAPACITY; i++) {
      publish(WorkOrders.queued());
    }

    assertThat(next(reader(Optional.of(first)))).isInstanceOf(Step.Event.class);
    assertThat(next(reader(Optional.of(start)))).isInstanceOf(Step.Missed.class);
  }

  @Test
  void aReaderThatTheRingOvertookIsToldOnceAndGoesOn() throws InterruptedException {
    Reader slow = reader(Optional.empty());
    for (int i = 0; i < 3 * CAPACITY; i++) {
      publish(WorkOrders.queued());
    }

    assertThat(next(slow)).isInstanceOf(Step.Missed.class);
    WorkOrder later = publish(WorkOrders.queued());
    assertThat(next(slow)).isInstanceOfSatisfying(Step.Event.class, is(later));
  }

  @Test
  void anIdOfAnotherHistoryAFutureOneAndNonsenseMeanThatEventsWereMissed()
      throws InterruptedException {
    String epoch = reader(Optional.empty()).id().replaceFirst("-.*", "");
    String elsewhere = new EventHistory(CAPACITY).read(Optional.empty(), Optional.empty()).id();

    for (String id :
        List.of(elsewhere, epoch + "-1", epoch + "-99999999999999999999", "42", "x", epoch)) {
      assertThat(next(reader(Optional.of(id)))).as(id).isInstanceOf(Step.Missed.class);
    }
  }

  @Test
  void aReaderOfOneOrderSeesNoOtherAndItsPlaceMovesOn() throws InterruptedException {
    WorkOrder mine = WorkOrders.queued();
    Reader reader = history.read(Optional.empty(), Optional.of(mine.id()));
    String before = reader.id();
    for (int i = 0; i < CAPACITY; i++) {
      publish(WorkOrders.queued());
      assertThat(next(reader)).isInstanceOf(Step.Nothing.class);
    }
    assertThat(reader.id()).isNotEqualTo(before);
    publish(mine);
    assertThat(next(reader)).isInstanceOfSatisfying(Step.Event.class, is(mine));
  }

  @Test
  void anEventTellsWhatHappenedAndNothingThatAClientWrote() {
    WorkOrder failed =
        WorkOrders.queued()
            .start(WorkOrders.run(), WorkOrders.NOW, WorkOrders.LEASE)
            .fail(FailureReason.TIMEOUT, "Execution timed out", Optional.empty(), WorkOrders.NOW);

    assertThat(new Transition(Optional.of(WorkOrderStatus.RUNNING), failed).event().json())
        .isEqualTo(
            "{\"workOrderId\":\"%s\",\"status\":\"failed\",\"previousStatus\":\"running\",\"attempt\":1,\"runId\":\"%s\",\"failureReason\":\"timeout\",\"at\":\"2026-03-01T10:00:00.123Z\",\"revision\":3}"
                .formatted(failed.id(), failed.currentRun().orElseThrow()));
  }

  @Test
  void aWaitingReaderWakesWhenTheHistoryIsClosed() throws Exception {
    Reader reader = reader(Optional.empty());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Step> step = threads.submit(() -> reader.next(Duration.ofMinutes(1)));
      history.close();
      assertThat(step.get()).isInstanceOf(Step.Closed.class);
    }
  }

  @Test
  void manyReadersSeeEveryEventOfManyWritersInOneOrder() throws Exception {
    int events = 20_000;
    int writers = 4;
    EventHistory big = new EventHistory(events);
    AtomicInteger left = new AtomicInteger(events);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<String>>> readers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Reader reader = big.read(Optional.empty(), Optional.empty());
        readers.add(
            threads.submit(() -> {
              List<String> ids = new ArrayList<>();
              while (ids.size() < events
                  && reader.next(Duration.ofSeconds(20)) instanceof Step.Event event) {
                ids.add(event.id());
              }
              return ids;
            }));
      }
      for (int i = 0; i < writers; i++) {
        var _ =
            threads.submit(() -> {
              while (left.getAndDecrement() > 0) {
                big.transitioned(new Transition(Optional.empty(), WorkOrders.queued()));
              }
            });
      }
      for (Future<List<String>> reader : readers) {
        List<String> ids = reader.get();
        assertThat(ids).hasSize(events);
        for (int i = 0; i < events; i++) {
          assertThat(ids.get(i)).endsWith("-" + (i + 1));
        }
      }
    }
  }

  private Reader reader(Optional<String> after) {
    return history.read(after, Optional.empty());
  }

  private WorkOrder publish(WorkOrder order) {
    history.transitioned(new Transition(Optional.empty(), order));
    return order;
  }

  private static Step next(Reader reader) throws InterruptedException {
    return reader.next(Duration.ZERO);
  }

  private static java.util.function.Consumer<Step.Event> is(WorkOrder order) {
    WorkOrderId id = order.id();
    return event -> assertThat(event.json()).contains(id.value());
  }
}
