package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QueuePositionsTest {
  private static final int STEP = QueuePositions.STEP;
  private static final int HEAD = QueuePositions.HEAD;

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();
  private long now;
  private Store store;
  private QueuePositions positions;

  @BeforeEach
  void open() {
    store = database.open(new InstanceId("one"), clock, Optional.empty());
    positions =
        new QueuePositions(
            new Database(database.connections(), FreshDatabase.MOST, () -> {}), () -> now);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }

  /** Adds orders of several priorities, so that most do not enter at the end. */
  private void enqueue(int count) {
    List<WorkOrder> orders =
        IntStream.range(0, count)
            .mapToObj(i ->
                WorkOrder.submitted(
                    WorkOrderId.next(WorkOrders.NOW),
                    WorkOrders.spec(i * 31 % 7, "shell", Map.of()),
                    Optional.empty(),
                    WorkOrders.NOW))
            .toList();
    assertThat(store.workOrders().insertAll(orders)).hasSize(count);
  }

  /** Returns the ids of the waiting orders in their order. */
  private List<WorkOrderId> queue() {
    List<WorkOrderId> ids = new ArrayList<>();
    store.queue().fromHead().forEachRemaining(entry -> ids.add(entry.id()));
    return ids;
  }

  /** Cancels the first orders. */
  private void leave(List<WorkOrderId> first) {
    for (WorkOrderId id : first) {
      WorkOrder order = store.workOrders().find(id).orElseThrow();
      assertThat(store.workOrders().update(order.cancel(WorkOrders.NOW))).isTrue();
    }
  }

  private void expectAllPositions() {
    List<WorkOrderId> queue = queue();
    for (int i = 0; i < queue.size(); i++) {
      assertThat(positions.of(queue.get(i))).as("%d", i).hasValue(i + 1);
    }
  }

  @Test
  void everyPositionIsRight() {
    enqueue(HEAD + 2 * STEP + STEP / 2);
    expectAllPositions();

    enqueue(STEP / 2);
    passes(Duration.ofSeconds(2));
    expectAllPositions();
  }

  @Test
  void whatIsNewBehindTheLandmarksIsCounted() {
    enqueue(HEAD + 2 * STEP);
    assertThat(positions.of(queue().getLast())).hasValue(HEAD + 2 * STEP);

    WorkOrder last =
        WorkOrder.submitted(
            WorkOrderId.next(WorkOrders.NOW),
            WorkOrders.spec(-9, "shell", Map.of()),
            Optional.empty(),
            WorkOrders.NOW);
    assertThat(store.workOrders().insert(last)).isEmpty();

    assertThat(positions.of(last.id())).hasValue(HEAD + 2 * STEP + 1);
  }

  @Test
  void anOrderThatDoesNotWaitHasNone() {
    enqueue(HEAD + 2 * STEP);
    WorkOrderId id = queue().getLast();
    assertThat(positions.of(id)).hasValue(HEAD + 2 * STEP);

    leave(List.of(id));

    assertThat(positions.of(id)).isEmpty();
    assertThat(positions.of(WorkOrders.queued().id())).isEmpty();
  }

  @Test
  void onlyFarFromTheHeadAPositionIsALittleOld() {
    enqueue(HEAD + 2 * STEP);
    List<WorkOrderId> queue = queue();
    WorkOrderId near = queue.get(HEAD - 1);
    WorkOrderId far = queue.getLast();
    assertThat(positions.of(near)).hasValue(HEAD);
    assertThat(positions.of(far)).hasValue(HEAD + 2 * STEP);

    leave(queue.subList(0, 5));

    assertThat(positions.of(near)).hasValue(HEAD - 5);
    passes(Duration.ofMillis(900));
    assertThat(positions.of(far)).hasValue(HEAD + 2 * STEP);
    passes(Duration.ofMillis(200));
    assertThat(positions.of(far)).hasValue(HEAD + 2 * STEP - 5);
  }

  /** The landmarks may all be gone by the time they are used. */
  @Test
  void aQueueThatIsSuddenlyShortIsCounted() {
    enqueue(HEAD + 2 * STEP);
    List<WorkOrderId> queue = queue();
    WorkOrderId last = queue.getLast();
    assertThat(positions.of(last)).hasValue(HEAD + 2 * STEP);

    leave(queue.subList(0, 2 * STEP + HEAD / 2));

    assertThat(positions.of(last)).hasValue(HEAD / 2);
  }
}
