package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.queue.BatchSubmission.Result;
import dev.agentgate.queue.BatchSubmission.Result.Accepted;
import dev.agentgate.queue.BatchSubmission.Result.Refused;
import dev.agentgate.queue.QueueFixture.Request;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many orders at once, each for itself. */
class BatchSubmissionTest {
  private static final int DEPTH = 5;

  @TempDir Path directory;
  private @Nullable QueueFixture opened;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  private QueueFixture queue() {
    QueueFixture queue =
        new QueueFixture(
                directory,
                settings -> SettingsChange.of(settings).autoProcess(false).maxDepth(DEPTH).done())
            .open();
    opened = queue;
    return queue;
  }

  private static SubmitOrder request() {
    return new Request().toOrder();
  }

  private static SubmitOrder withKey(String key, String fingerprint) {
    return new Request()
        .toOrder("shell", Optional.of(new IdempotencyKey(key, fingerprint)), Optional.empty());
  }

  private static SubmitOrder unknownAgent() {
    return new Request().toOrder("nobody");
  }

  private static WorkOrderId accepted(Result result, boolean created) {
    assertThat(result).isInstanceOf(Accepted.class);
    Accepted accepted = (Accepted) result;
    assertThat(accepted.created()).isEqualTo(created);
    return accepted.order().order().id();
  }

  private static void assertRefused(Result result, Kind kind) {
    assertThat(result).isInstanceOf(Refused.class);
    assertThat(((Refused) result).reason().kind()).isEqualTo(kind);
  }

  @Test
  void eachOrderIsAcceptedOrRefusedForItself() {
    QueueFixture queue = queue();
    List<Result> results =
        queue
            .queue
            .batches()
            .submit(List.of(request(), unknownAgent(), withKey("k", "00"), request()));

    assertThat(results).hasSize(4);
    assertRefused(results.get(1), Kind.INVALID);
    List<WorkOrderId> ids =
        List.of(
            accepted(results.get(0), true),
            accepted(results.get(2), true),
            accepted(results.get(3), true));
    assertThat(ids).isSorted();
    for (int i = 0; i < ids.size(); i++) {
      assertThat(queue.order(ids.get(i)).status()).isEqualTo(WorkOrderStatus.QUEUED);
      assertThat(queue.service().get(ids.get(i)).queuePosition()).hasValue(i + 1);
    }
    assertThat(queue.queue.batches().submit(List.of())).isEmpty();
  }

  @Test
  void aKeyReturnsItsFirstOrderWithinABatchAndAcrossBatches() {
    QueueFixture queue = queue();
    List<Result> first =
        queue
            .queue
            .batches()
            .submit(List.of(withKey("a", "00"), withKey("a", "00"), withKey("a", "11")));
    WorkOrderId id = accepted(first.get(0), true);
    assertThat(accepted(first.get(1), false)).isEqualTo(id);
    assertRefused(first.get(2), Kind.IDEMPOTENCY_KEY_REUSED);

    List<Result> again =
        queue
            .queue
            .batches()
            .submit(List.of(withKey("a", "22"), withKey("b", "00"), withKey("a", "00")));
    assertRefused(again.get(0), Kind.IDEMPOTENCY_KEY_REUSED);
    accepted(again.get(1), true);
    assertThat(accepted(again.get(2), false)).isEqualTo(id);
  }

  @Test
  void whatDoesNotFitIntoTheQueueIsRefusedAndKnownKeysNeedNoRoom() {
    QueueFixture queue = queue();
    WorkOrderId known =
        accepted(queue.queue.batches().submit(List.of(withKey("k", "00"))).getFirst(), true);
    List<SubmitOrder> requests = new ArrayList<>(Collections.nCopies(DEPTH + 1, request()));
    requests.add(withKey("k", "00"));

    List<Result> results = queue.queue.batches().submit(requests);

    results.subList(0, DEPTH - 1).forEach(result -> accepted(result, true));
    results.subList(DEPTH - 1, DEPTH + 1).forEach(result -> assertRefused(result, Kind.QUEUE_FULL));
    assertThat(accepted(results.getLast(), false)).isEqualTo(known);
    assertThat(queue.store.counts().queued()).isEqualTo(DEPTH);
    queue.service().cancel(known);
    accepted(queue.queue.batches().submit(List.of(request())).getFirst(), true);
  }

  @Test
  void ifTheStoreRefusesTheWriteNothingIsAccepted() {
    QueueFixture queue = queue();
    queue.store.refuseWrites(true);
    assertThatThrownBy(() -> queue.queue.batches().submit(List.of(request(), request())))
        .isInstanceOfSatisfying(
            AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STORE_UNAVAILABLE));
    queue.store.refuseWrites(false);
    assertThat(queue.store.counts().total()).isZero();
    assertThat(queue.queue.batches().submit(Collections.nCopies(DEPTH, request())))
        .allSatisfy(result -> accepted(result, true));
  }

  @Test
  void aStoppingServiceAcceptsNothing() {
    QueueFixture queue = queue();
    queue.service().beginStopping();
    assertThatThrownBy(() -> queue.queue.batches().submit(List.of(request())))
        .isInstanceOfSatisfying(
            AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STOPPING));
  }

  /** The dispatcher claims orders of a batch before the batch has announced them. */
  @Test
  void everyOrderIsAnnouncedAsNewBeforeAnythingElse() {
    QueueFixture queue = new QueueFixture(directory, settings -> settings).open();
    opened = queue;
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    queue
        .queue
        .orders()
        .register(
            new QueueObserver() {
              @Override
              public void transitioned(Transition transition) {
                WorkOrder order = transition.order();
                heard.add(order.id() + " " + order.status());
                if (heard.size() == 1) {
                  queue.queue.manager().wake();
                  await().until(() -> queue.store.running().size() == 2);
                }
              }
            });

    List<Result> results = queue.queue.batches().submit(Collections.nCopies(20, request()));

    for (Result result : results.subList(0, 2)) {
      WorkOrderId id = accepted(result, true);
      queue.awaitRunning(id);
      await().until(() -> of(id, heard).size() == 2);
      assertThat(of(id, heard)).containsExactly(id + " QUEUED", id + " RUNNING");
    }
  }

  private static List<String> of(WorkOrderId id, List<String> heard) {
    return List.copyOf(heard).stream().filter(it -> it.startsWith(id.value())).toList();
  }
}
