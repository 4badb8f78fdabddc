package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Actions on every order that matches. */
class BulkActionsTest {
  private static final WorkOrderFilter QUEUED = filter(WorkOrderStatus.QUEUED);
  private static final WorkOrderFilter FAILED = filter(WorkOrderStatus.FAILED);
  private static final WorkOrderFilter OPEN =
      filter(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING);

  @TempDir Path directory;
  private @Nullable QueueFixture opened;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private QueueFixture queue(UnaryOperator<SettingsChange> change) {
    QueueFixture queue =
        new QueueFixture(directory, settings -> change.apply(SettingsChange.of(settings)).done())
            .open();
    opened = queue;
    return queue;
  }

  private QueueFixture manual() {
    return queue(settings -> settings.autoProcess(false));
  }

  private static WorkOrderFilter filter(WorkOrderStatus... statuses) {
    return WorkOrderFilter.ofStatuses(Set.of(statuses));
  }

  private static List<WorkOrderId> insert(QueueFixture queue, int count) {
    List<WorkOrderId> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      WorkOrder order = WorkOrders.queued();
      queue.store.insert(order);
      ids.add(order.id());
    }
    return ids;
  }

  /** Orders that failed, the oldest first. */
  private static List<WorkOrderId> insertFailed(QueueFixture queue, int count) {
    List<WorkOrderId> ids = insert(queue, count);
    for (WorkOrderId id : ids) {
      WorkOrder order = queue.order(id);
      queue.store.update(
          order.fail(FailureReason.TIMEOUT, "late", Optional.empty(), order.updatedAt()));
    }
    return ids;
  }

  @Test
  void everyWaitingOrderIsCancelledHoweverManyPagesThereAre() {
    QueueFixture queue = manual();
    insert(queue, 2_300);
    assertThat(queue.queue.bulk().count(QUEUED)).isEqualTo(2_300);

    BulkResult result = queue.queue.bulk().cancel(QUEUED);

    assertThat(result).isEqualTo(new BulkResult(2_300, 0, 0, List.of(), Optional.empty()));
    assertThat(result.success()).isTrue();
    assertThat(queue.store.counts().cancelled()).isEqualTo(2_300);
    assertThat(queue.queue.bulk().cancel(QUEUED).done()).isZero();
  }

  @Test
  void runningOrdersAreCancelledWithTheirProcessesAndNoneOfTheWaitingOnesStarts() {
    QueueFixture queue = queue(settings -> settings.maxConcurrent(3));
    List<WorkOrderId> ids = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ids.add(queue.submit());
    }
    List<RunId> runs = ids.subList(0, 3).stream().map(queue::awaitRunning).toList();

    BulkResult result = queue.queue.bulk().cancel(OPEN);

    assertThat(result.done()).isEqualTo(10);
    assertThat(result.success()).isTrue();
    assertThat(runs).noneMatch(queue.executor::lives);
    assertThat(queue.executor.started()).hasSize(3);
    assertThat(queue.store.counts().cancelled()).isEqualTo(10);
  }

  @Test
  void onlyWhatMatchesIsChanged() {
    QueueFixture queue = manual();
    WorkOrderId here = queue.submit(request -> request.repository("shop"));
    WorkOrderId elsewhere = queue.submit(request -> request.repository("docs"));
    WorkOrderFilter ofShop =
        new WorkOrderFilter(
            QUEUED.statuses(),
            Optional.empty(),
            Map.of(),
            Optional.of("github:acme/shop"),
            Set.of(),
            Optional.empty(),
            Optional.empty());

    assertThat(queue.queue.bulk().cancel(ofShop).done()).isEqualTo(1);

    assertThat(queue.order(here).status()).isEqualTo(WorkOrderStatus.CANCELLED);
    assertThat(queue.order(elsewhere).status()).isEqualTo(WorkOrderStatus.QUEUED);
  }

  @Test
  void anOrderThatStartsBeforeItsTurnIsLeftAloneIfOnlyWaitingOnesWereMeant() {
    QueueFixture queue = manual();
    WorkOrderId id = queue.submit();
    queue.store.afterNextFind(id, () -> queue.service().requestRun(id));

    BulkResult result = queue.queue.bulk().cancel(QUEUED);

    assertThat(result.done()).isZero();
    assertThat(result.success()).isTrue();
    assertThat(queue.executor.lives(queue.awaitRunning(id))).isTrue();
  }

  @Test
  void whatSurvivesIsCountedAndTheOthersAreCancelled() {
    QueueFixture queue = queue(settings -> settings.maxConcurrent(1));
    WorkOrderId running = queue.submit();
    WorkOrderId waiting = queue.submit();
    queue.awaitRunning(running);
    queue.executor.keepAlive(3);

    BulkResult result = queue.queue.bulk().cancel(OPEN);
    queue.executor.keepAlive(0);

    assertThat(result.success()).isFalse();
    assertThat(result.done()).isEqualTo(1);
    assertThat(result.survivors()).isEqualTo(3);
    assertThat(result.failed()).isEqualTo(1);
    assertThat(result.failures())
        .containsExactly(new BulkResult.Failure(running, "3 of its processes are still alive"));
    assertThat(queue.order(waiting).status()).isEqualTo(WorkOrderStatus.CANCELLED);
  }

  @Test
  void failedOrdersAreQueuedAgainTheOldestFirst() {
    QueueFixture queue = manual();
    queue.service().pause();
    List<WorkOrderId> failed = insertFailed(queue, 150);
    WorkOrderId cancelled = insert(queue, 1).getFirst();
    queue.service().cancel(cancelled);

    assertThat(queue.queue.bulk().requestRuns(FAILED).done()).isEqualTo(150);

    assertThat(queue.store.fromHead())
        .toIterable()
        .extracting(QueueEntry::id)
        .containsExactlyElementsOf(failed);
    assertThat(queue.order(cancelled).status()).isEqualTo(WorkOrderStatus.CANCELLED);
  }

  @Test
  void waitingOrdersThatNeedARequestStart() {
    QueueFixture queue = manual();
    List<WorkOrderId> ids = List.of(queue.submit(), queue.submit());

    assertThat(queue.queue.bulk().requestRuns(QUEUED).done()).isEqualTo(2);

    ids.forEach(queue::awaitRunning);
  }

  @Test
  void aQueueThatBecomesFullStopsTheActionAndSaysHowFarItCame() {
    QueueFixture queue = queue(settings -> settings.autoProcess(false).maxDepth(20));
    queue.service().pause();
    insertFailed(queue, 50);

    BulkResult result = queue.queue.bulk().requestRuns(FAILED);

    assertThat(result.success()).isFalse();
    assertThat(result.done()).isBetween(1L, 20L);
    assertThat(queue.store.counts().queued()).isEqualTo(result.done());
    assertThat(result.stopped())
        .hasValueSatisfying(why -> assertThat(why.kind()).isEqualTo(Kind.QUEUE_FULL));
    insert(queue, 20);
    assertRefused(Kind.QUEUE_FULL, () -> queue.queue.bulk().requestRuns(FAILED));
  }

  @Test
  void aStoreThatTakesNoWritesStopsTheAction() {
    QueueFixture queue = manual();
    insert(queue, 500);
    queue.store.refuseWrites(true);
    queue.store.reportFailure("The disk is full.");

    assertRefused(Kind.STORE_UNAVAILABLE, () -> queue.queue.bulk().cancel(QUEUED));

    queue.store.refuseWrites(false);
    assertThat(queue.store.counts().queued()).isEqualTo(500);
  }

  @Test
  void everyOrderThatCannotBeChangedIsCountedAndTheFirstAreNamed() {
    QueueFixture queue = manual();
    List<WorkOrderId> ids = insert(queue, 150);
    queue.store.refuseWrites(true);

    BulkResult result = queue.queue.bulk().cancel(QUEUED);

    assertThat(result.success()).isFalse();
    assertThat(result.done()).isZero();
    assertThat(result.failed()).isEqualTo(150);
    assertThat(result.failures()).hasSize(100).doesNotHaveDuplicates();
    assertThat(result.failures())
        .allSatisfy(failure -> {
          assertThat(ids).contains(failure.order());
          assertThat(failure.why()).isEqualTo("No space left on device");
        });
    assertThat(result.stopped()).isEmpty();
  }

  @Test
  void aStoppingServiceRequestsNoRuns() {
    QueueFixture queue = manual();
    insertFailed(queue, 1);
    queue.service().beginStopping();
    assertRefused(Kind.STOPPING, () -> queue.queue.bulk().requestRuns(FAILED));
  }

  private static void assertRefused(
      Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AgentGateException.class, refusal -> assertThat(refusal.kind()).isEqualTo(kind));
  }
}
