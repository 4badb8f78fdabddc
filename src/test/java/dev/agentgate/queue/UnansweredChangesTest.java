package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.store.Claim;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.StoreUnansweredException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes that the store makes although the connection to it breaks before it has answered. */
class UnansweredChangesTest {
  private static final Duration LEASE = Duration.ofMinutes(1);

  @TempDir private Path dir;

  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final List<WorkOrderStatus> announced = new CopyOnWriteArrayList<>();
  private final List<RunOutcome> ended = new CopyOnWriteArrayList<>();
  private final List<RunUsage> used = new CopyOnWriteArrayList<>();
  private final AtomicInteger takenOver = new AtomicInteger();
  private QueueFixture here;
  private QueueFixture there;

  @BeforeEach
  void open() {
    here = QueueFixture.named("here", dir, store, clock, QueueFixture.NO_PEERS);
    there = QueueFixture.named("there", dir, store, clock, QueueFixture.NO_PEERS);
    here.queue
        .orders()
        .register(
            new QueueObserver() {
              @Override
              public void transitioned(Transition transition) {
                announced.add(transition.order().status());
              }

              @Override
              public void takenOver() {
                takenOver.incrementAndGet();
              }

              @Override
              public void runEnded(WorkOrder order, RunOutcome outcome) {
                ended.add(outcome);
              }

              @Override
              public void runUsed(RunUsage usage) {
                used.add(usage);
              }
            });
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  private static RunDirectories directories(QueueFixture of) {
    return new RunDirectories(of.directory.resolve("runs"));
  }

  @Test
  void theEndOfARunIsAnnouncedOnceAndTheRunArchived() throws Exception {
    here.open();
    RunArchiver archiver =
        here.queue.archiver(new RunFilesTransfer(directories(here)), Long.MAX_VALUE);
    here.queue.orders().register(archiver);
    WorkOrderId id = here.submit();
    RunId run = here.awaitRunning(id);
    Files.writeString(directories(here).create(run).outputLog(), "hello\n");
    here.store.loseNextAnswer(WorkOrderStatus.COMPLETED);

    here.executor.exit(run, 0);

    await().until(() -> store.archive().has(run));
    await().until(() -> !used.isEmpty());
    assertThat(announced)
        .containsExactly(
            WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING, WorkOrderStatus.COMPLETED);
    assertThat(ended).singleElement().isInstanceOf(RunOutcome.Completed.class);
    assertThat(used).hasSize(1);
    archiver.close();
  }

  @Test
  void aSubmitAndACancelAreAnnounced() {
    here.store.loseNextAnswer(WorkOrderStatus.QUEUED);
    assertThatThrownBy(here::submit).isInstanceOf(StoreUnansweredException.class);
    await().until(() -> announced.equals(List.of(WorkOrderStatus.QUEUED)));

    WorkOrderId id = store.ids().next();
    here.store.loseNextAnswer(WorkOrderStatus.CANCELLED);
    assertThatThrownBy(() -> here.service().cancel(id))
        .isInstanceOf(StoreUnansweredException.class);
    await()
        .until(() -> announced.equals(List.of(WorkOrderStatus.QUEUED, WorkOrderStatus.CANCELLED)));
  }

  @Test
  void aClaimIsAnnouncedOnceItsOrderIsFound() {
    here.store.loseNextAnswer(WorkOrderStatus.RUNNING);
    here.open();
    WorkOrderId id = here.submit();
    await().until(() -> store.running().size() == 1 && announced.size() == 1);

    await().until(() -> here.queue.staleCheck().runOnce() == 1);

    here.awaitStatus(id, WorkOrderStatus.FAILED);
    assertThat(announced)
        .containsExactly(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING, WorkOrderStatus.FAILED);
  }

  @Test
  void aReleaseIsAnnounced() {
    WorkOrderId id = here.submit();
    WorkOrder claimed = here.queue.orders().claim(oneSlot(), clock).getFirst();
    here.store.loseNextAnswer(WorkOrderStatus.QUEUED);

    assertThatThrownBy(() -> here.queue.orders().release(claimed, clock.instant()))
        .isInstanceOf(StoreUnansweredException.class);

    await().until(() -> announced.size() == 3);
    assertThat(announced)
        .containsExactly(WorkOrderStatus.QUEUED, WorkOrderStatus.RUNNING, WorkOrderStatus.QUEUED);
    assertThat(here.order(id).attempts()).isZero();
  }

  private static Claim oneSlot() {
    return new Claim(1, 0, false, Optional.empty(), LEASE, _ -> true);
  }

  @Test
  void aTakeoverIsCountedOnceItsOrderIsFound() {
    there.open();
    WorkOrderId id = there.submit();
    RunId _ = there.awaitRunning(id);
    here.queue.manager().open();
    clock.advance(Duration.ofHours(1));
    here.store.loseNextAnswer(WorkOrderStatus.RUNNING);
    assertThatThrownBy(() -> here.queue.orders().takeExpired(LEASE, 9))
        .isInstanceOf(StoreUnansweredException.class);

    assertThat(here.queue.staleCheck().runOnce()).isEqualTo(1);

    assertThat(takenOver).hasValue(1);
    assertThat(announced).doesNotContain(WorkOrderStatus.RUNNING);
  }

  @Test
  void aChangeThatWasMadeIsAnnouncedBeforeTheNextOne() {
    WorkOrderId id = here.submit();
    here.store.loseNextAnswer(WorkOrderStatus.CANCELLED);
    assertThatThrownBy(() -> here.service().cancel(id))
        .isInstanceOf(StoreUnansweredException.class);

    assertThat(here.service().requestRun(id)).isEmpty();

    assertThat(announced)
        .containsExactly(WorkOrderStatus.QUEUED, WorkOrderStatus.CANCELLED, WorkOrderStatus.QUEUED);
  }

  @Test
  void aRunWhoseEndAnotherInstanceRecordsIsArchivedByTheOneThatHasItsFiles() throws Exception {
    there.open();
    RunArchiver archiver =
        there.queue.archiver(new RunFilesTransfer(directories(there)), Long.MAX_VALUE);
    WorkOrderId id = there.submit();
    RunId run = there.awaitRunning(id);
    Files.writeString(directories(there).create(run).outputLog(), "hello\n");
    there.executor.exit(run, 0);
    there.awaitStatus(id, WorkOrderStatus.COMPLETED);
    assertThat(store.archive().has(run)).isFalse();

    archiver.runLeft(run);

    await().until(() -> store.archive().has(run));
    assertThat(store.find(run).orElseThrow().instance()).contains(new InstanceId("there"));
    archiver.close();
  }
}
