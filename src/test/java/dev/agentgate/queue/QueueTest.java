package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.FakeExecutor;
import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueTest {
  @TempDir Path directory;

  private final List<QueueFixture> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(QueueFixture::close);
  }

  private QueueFixture queue() {
    return queue(settings -> settings);
  }

  private QueueFixture queue(UnaryOperator<QueueSettings> change) {
    QueueFixture fixture = new QueueFixture(directory, change).open();
    opened.add(fixture);
    return fixture;
  }

  private static Failed assertFailed(QueueFixture queue, WorkOrderId id, FailureReason reason) {
    queue.awaitStatus(id, WorkOrderStatus.FAILED);
    Failed failed = (Failed) queue.order(id).state();
    assertThat(failed.reason()).isEqualTo(reason);
    return failed;
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Kind kind, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            AgentGateException.class, refusal -> assertThat(refusal.kind()).isEqualTo(kind));
  }

  private static QueueSettings with(QueueSettings s, int maxConcurrent) {
    return SettingsChange.of(s).maxConcurrent(maxConcurrent).done();
  }

  private static QueueSettings manual(QueueSettings s) {
    return SettingsChange.of(s).autoProcess(false).done();
  }

  /** Which order starts when. */
  @Nested
  class Starts {
    @Test
    void twoOfFiveOrdersRunAndTheNextStartsAsOneEnds() {
      QueueFixture queue = queue();
      List<WorkOrderId> ids = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        ids.add(queue.submit());
      }
      RunId first = queue.awaitRunning(ids.get(0));
      queue.awaitRunning(ids.get(1));
      for (int i = 2; i < 5; i++) {
        assertThat(queue.service().get(ids.get(i)).queuePosition()).hasValue(i - 1);
      }
      queue.executor.exit(first, 0);
      queue.awaitRunning(ids.get(2));
      assertThat(queue.order(ids.get(0)).status()).isEqualTo(WorkOrderStatus.COMPLETED);
      assertThat(queue.order(ids.get(3)).status()).isEqualTo(WorkOrderStatus.QUEUED);
      assertThat(queue.service().get(ids.get(3)).queuePosition()).hasValue(1);
    }

    @Test
    void aHigherPriorityOvertakesWhatWaits() {
      QueueFixture queue = queue(settings -> with(settings, 1));
      RunId first = queue.awaitRunning(queue.submit());
      WorkOrderId low = queue.submit();
      WorkOrderId high = queue.submit(request -> request.priority(5));
      queue.executor.exit(first, 0);
      queue.awaitRunning(high);
      assertThat(queue.order(low).status()).isEqualTo(WorkOrderStatus.QUEUED);
    }

    @Test
    void aRequestedRunStartsAtOnceOrGoesToTheHead() {
      QueueFixture queue = queue(settings -> manual(with(settings, 1)));
      WorkOrderId a = queue.submit();
      WorkOrderId b = queue.submit();
      WorkOrderId c = queue.submit(request -> request.priority(50));
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.MANUAL);
      Optional<RunId> started = queue.service().requestRun(a);
      assertThat(started).isPresent();
      assertThat(queue.order(a).status()).isEqualTo(WorkOrderStatus.RUNNING);
      assertThat(queue.service().requestRun(b)).isEmpty();
      assertThat(queue.service().get(b).queuePosition()).hasValue(1);
      assertThat(queue.service().get(c).queuePosition()).hasValue(2);
      queue.awaitRunning(a);
      queue.executor.exit(started.orElseThrow(), 0);
      queue.awaitRunning(b);
      assertThat(queue.order(c).status()).isEqualTo(WorkOrderStatus.QUEUED);
    }

    @Test
    void aRequestForARunOfARunningOrderIsRefusedAndAFinishedOneIsQueuedAgain() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      assertRefused(Kind.CONFLICT, () -> queue.service().requestRun(id));
      queue.executor.exit(run, 3);
      queue.awaitStatus(id, WorkOrderStatus.FAILED);
      Optional<RunId> _ = queue.service().requestRun(id);
      await().until(() -> queue.order(id).runs().size() == 2);
      RunId second = queue.awaitRunning(id);
      assertThat(queue.order(id).attempts()).isEqualTo(2);
      queue.executor.exit(second, 0);
      queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    }

    /** The store may take a minute to answer a claim. */
    @Test
    void aSubmitWithATtlDoesNotWaitForAClaim() throws Exception {
      QueueFixture queue = queue();
      duringAClaim(queue, () -> queue.submit(request -> request.queueTtl(Duration.ofHours(1))));
    }

    @Test
    void aHealthCheckDoesNotWaitForAClaim() throws Exception {
      QueueFixture queue = queue();
      duringAClaim(
          queue,
          () -> {
            queue.submit();
            assertThat(queue.queue.health().look().blockedBy()).isEmpty();
            return queue.queue.manager().isAlive();
          });
    }

    private static void duringAClaim(QueueFixture queue, Callable<?> what) throws Exception {
      CountDownLatch claiming = new CountDownLatch(1);
      CountDownLatch answered = new CountDownLatch(1);
      queue
          .queue
          .orders()
          .register(
              new QueueObserver() {
                @Override
                public void transitioned(Transition transition) {
                  if (transition.order().status() == WorkOrderStatus.RUNNING) {
                    claiming.countDown();
                    join(answered);
                  }
                }
              });
      WorkOrderId claimed = queue.submit();
      claiming.await();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        try {
          assertThat(threads.submit(what)).succeedsWithin(Duration.ofMinutes(1));
        } finally {
          answered.countDown();
        }
      }
      queue.awaitRunning(claimed);
    }

    private static void join(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Test
    void pausedNothingStartsAndWhatRunsGoesOn() {
      QueueFixture queue = queue();
      RunId running = queue.awaitRunning(queue.submit());
      queue.service().pause();
      WorkOrderId waiting = queue.submit();
      assertThat(queue.service().requestRun(waiting)).isEmpty();
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.PAUSED);
      assertThat(queue.executor.lives(running)).isTrue();
      queue.service().resume();
      queue.awaitRunning(waiting);
    }

    @Test
    void betweenTwoStartsTheStaggerDelayPasses() {
      Duration delay = Duration.ofMillis(400);
      QueueFixture queue =
          queue(settings -> SettingsChange.of(settings).staggerDelay(delay).done());
      WorkOrderId first = queue.submit();
      WorkOrderId second = queue.submit();
      queue.awaitRunning(first);
      queue.awaitRunning(second);
      assertThat(Duration.between(startOf(queue, first), startOf(queue, second)))
          .isGreaterThanOrEqualTo(delay.minusMillis(5));
    }

    @Test
    void whatWaitsForTheStaggerDelaySaysSo() {
      Duration delay = Duration.ofHours(1);
      QueueFixture queue =
          queue(settings -> SettingsChange.of(settings).staggerDelay(delay).done());
      queue.awaitRunning(queue.submit());
      WorkOrderId second = queue.submit();
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.STAGGER);
      assertThat(queue.order(second).status()).isEqualTo(WorkOrderStatus.QUEUED);
    }

    private static Instant startOf(QueueFixture queue, WorkOrderId id) {
      return queue.order(id).state().attempt().orElseThrow().startedAt();
    }

    @Test
    void aBusyRepositoryHoldsBackItselfAndNobodyElse() {
      QueueFixture queue =
          queue(settings -> SettingsChange.of(settings).maxConcurrentPerRepository(1).done());
      WorkOrderId busy = queue.submit(request -> request.repository("busy"));
      WorkOrderId waiting = queue.submit(request -> request.repository("busy"));
      queue.awaitRunning(busy);
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.REPOSITORY);
      WorkOrderId other = queue.submit(request -> request.repository("other"));
      queue.awaitRunning(other);
      assertThat(queue.order(waiting).status()).isEqualTo(WorkOrderStatus.QUEUED);
      queue.executor.exit(queue.order(busy).currentRun().orElseThrow(), 0);
      queue.awaitRunning(waiting);
    }

    @Test
    void aFullQueueRefusesAndKeepsNothing() {
      QueueFixture queue =
          queue(settings -> SettingsChange.of(manual(settings)).maxDepth(2).done());
      queue.submit();
      queue.submit();
      assertRefused(Kind.QUEUE_FULL, queue::submit);
      assertThat(queue.store.counts().total()).isEqualTo(2);
    }

    @Test
    void aFinishedOrderDoesNotEnterAFullQueueAgain() {
      QueueFixture queue =
          queue(settings -> SettingsChange.of(manual(settings)).maxDepth(1).done());
      WorkOrderId terminal = queue.submit();
      assertThat(queue.service().cancel(terminal).survivors()).isZero();
      WorkOrderId waiting = queue.submit();
      assertRefused(Kind.QUEUE_FULL, () -> queue.service().requestRun(terminal));
      assertThat(queue.order(terminal).status()).isEqualTo(WorkOrderStatus.CANCELLED);
      assertThat(queue.service().requestRun(waiting)).isPresent();
    }

    @Test
    void noRunIsExpectedWhileSomethingHoldsBackAllOrders() {
      QueueFixture queue = queue();
      queue.service().pause();
      await()
          .untilAsserted(() -> {
            int before = queue.executor.expected();
            queue.submit();
            assertThat(queue.executor.expected()).isEqualTo(before);
          });
      queue.service().resume();
      await().until(() -> queue.executor.started().size() == 2);
    }
  }

  /** What the machine has left. */
  @Nested
  class Resources {
    @Test
    void belowTheLeastFreeDiskNothingStartsUntilThereIsRoom() {
      QueueFixture queue = queue(settings -> SettingsChange.of(settings).minFreeDisk(1000).done());
      queue.host.disk = 10;
      assertNothingStartsUntil(
          queue, Block.DISK, AlertKind.DISK, () -> queue.host.disk = 1_000_000);
    }

    @Test
    void belowTheLeastMemoryNothingStartsUntilThereIsMore() {
      QueueFixture queue =
          queue(settings -> SettingsChange.of(settings).minAvailableMemory(1000).done());
      queue.host.memory = 10;
      assertNothingStartsUntil(
          queue, Block.MEMORY, AlertKind.MEMORY, () -> queue.host.memory = 1_000_000);
    }

    @Test
    void withFewDescriptorsLeftNothingStartsUntilThereAreMore() {
      QueueFixture queue = queue();
      queue.host.openDescriptors = 990;
      assertNothingStartsUntil(
          queue, Block.RESOURCES, AlertKind.RESOURCES, () -> queue.host.openDescriptors = 100);
      assertThat(queue.queue.health().look().alerts()).isEmpty();
    }

    private static void assertNothingStartsUntil(
        QueueFixture queue, Block block, AlertKind kind, Runnable relief) {
      WorkOrderId id = queue.submit();
      QueueHealth health = queue.queue.health().look();
      assertThat(health.blockedBy()).containsExactly(block);
      assertThat(health.alerts()).anyMatch(alert -> alert.kind() == kind);
      relief.run();
      queue.awaitRunning(id);
    }

    @Test
    void aStartThatTheMachineHasNoRoomForIsPutOffAndNotCounted() {
      QueueFixture queue = queue();
      queue.executor.refuse(Why.ROOM, "Too many open files");
      WorkOrderId id = queue.submit();
      await().until(() -> queue.queue.health().look().blockedBy().equals(Set.of(Block.RESOURCES)));
      queue.executor.refuseNothing();
      queue.awaitRunning(id);
      assertThat(queue.order(id).attempts()).isEqualTo(1);
    }

    @Test
    void aSupervisorThatCannotLookConcludesNothing() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      queue.awaitRunning(id);
      queue.executor.blind(true);
      await()
          .during(Duration.ofMillis(300))
          .until(() -> queue.order(id).status() == WorkOrderStatus.RUNNING);
      queue.executor.blind(false);
      queue.executor.exit(queue.order(id).state().attempt().orElseThrow().run(), 0);
      queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    }
  }

  /** How a run ends by itself. */
  @Nested
  class Ends {
    @Test
    void anExitCodeOtherThanZeroFailsTheOrderWithIt() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      queue.executor.exit(queue.awaitRunning(id), 3);
      queue.awaitStatus(id, WorkOrderStatus.FAILED);
      Failed failed = (Failed) queue.order(id).state();
      assertThat(failed.reason()).isEqualTo(FailureReason.EXIT_CODE);
      assertThat(failed.exit().orElseThrow().code()).isEqualTo(3);
      assertThat(queue.service().runs(id).getFirst().run().state())
          .isInstanceOfSatisfying(
              RunState.Ended.class,
              ended -> assertThat(ended.outcome()).isInstanceOf(RunOutcome.Failed.class));
    }

    @Test
    void aVanishedProcessIsLost() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      queue.executor.vanish(queue.awaitRunning(id));
      assertFailed(queue, id, FailureReason.LOST);
    }

    @Test
    void aCommandThatCannotBeStartedFailsWithItsReason() {
      QueueFixture queue = queue();
      queue.executor.refuse(Why.COMMAND, "nope: not found");
      WorkOrderId id = queue.submit();
      Failed failed = assertFailed(queue, id, FailureReason.SPAWN_FAILED);
      assertThat(failed.error()).isEqualTo("nope: not found");
    }

    @Test
    void aFailedCheckoutFailsWithItsReason() {
      QueueFixture queue = queue();
      queue.executor.refuse(Why.WORKSPACE, "fatal: no such branch");
      Failed failed = assertFailed(queue, queue.submit(), FailureReason.WORKSPACE_FAILED);
      assertThat(failed.error()).isEqualTo("fatal: no such branch");
    }

    @Test
    void anAttemptThatTakesTooLongTimesOut() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit(request -> request.maxTime(Duration.ofMillis(100)));
      Failed failed = assertFailed(queue, id, FailureReason.TIMEOUT);
      assertThat(failed.error()).isEqualTo("Execution timed out");
    }

    @Test
    void aSilentAgentTimesOut() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit(request -> request.idleTimeout(Duration.ofMillis(150)));
      Failed failed = assertFailed(queue, id, FailureReason.IDLE_TIMEOUT);
      assertThat(failed.error()).isEqualTo("No output for 150 ms");
    }

    @Test
    void anOrderThatWaitsTooLongExpires() {
      QueueFixture queue = queue(QueueTest::manual);
      WorkOrderId id = queue.submit(request -> request.queueTtl(Duration.ofMillis(100)));
      assertFailed(queue, id, FailureReason.QUEUE_EXPIRED);
    }

    @Test
    void whatWasNotTheAgentsVerdictIsRetriedAfterABackoffAsARunOfItsOwn() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit(request -> request.maxAttempts(2));
      RunId first = queue.awaitRunning(id);
      queue.clock.stop();
      queue.executor.vanish(first);
      queue.awaitStatus(id, WorkOrderStatus.QUEUED);
      assertThat(queue.order(id).currentRun()).isEmpty();
      queue.clock.advance(Duration.ofSeconds(2));
      queue.queue.manager().wake();
      RunId second = queue.awaitRunning(id);
      assertThat(second).isNotEqualTo(first);
      queue.executor.vanish(second);
      assertFailed(queue, id, FailureReason.LOST);
      assertThat(queue.order(id).attempts()).isEqualTo(2);
      assertThat(queue.service().runs(id)).hasSize(2);
    }
  }

  /** Cancel, kill and purge. */
  @Nested
  class Requests {
    @Test
    void cancellingAQueuedOrderKillsNothing() {
      QueueFixture queue = queue(QueueTest::manual);
      WorkOrderId id = queue.submit();
      StopReport report = queue.service().cancel(id);
      assertThat(report.killed()).isFalse();
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.CANCELLED);
      assertRefused(Kind.CONFLICT, () -> queue.service().cancel(id))
          .hasMessage("Work order " + id + " is already in terminal state: cancelled");
    }

    @Test
    void cancellingARunningOrderEndsItAndFreesItsSlot() {
      QueueFixture queue = queue(settings -> with(settings, 1));
      WorkOrderId id = queue.submit();
      WorkOrderId next = queue.submit();
      RunId run = queue.awaitRunning(id);
      assertThat(queue.service().cancel(id).killed()).isTrue();
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.CANCELLED);
      assertThat(queue.service().run(run).run().state())
          .isInstanceOfSatisfying(
              RunState.Ended.class,
              ended -> assertThat(ended.outcome()).isInstanceOf(RunOutcome.Cancelled.class));
      queue.awaitRunning(next);
    }

    @Test
    void cancellingDuringTheCheckoutStartsNoAgent() {
      QueueFixture queue = queue();
      queue.executor.blockCheckouts();
      WorkOrderId id = queue.submit();
      queue.awaitStatus(id, WorkOrderStatus.RUNNING);
      StopReport _ = queue.service().cancel(id);
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.CANCELLED);
      assertThat(queue.executor.started()).isEmpty();
    }

    @Test
    void killingFailsTheOrderAndOnlyARunningOneCanBeKilled() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      queue.awaitRunning(id);
      StopReport report = queue.service().kill(id, true);
      assertThat(report.survivors()).isZero();
      Failed failed = (Failed) queue.order(id).state();
      assertThat(failed.error()).isEqualTo("Force killed by user");
      assertThat(failed.reason()).isEqualTo(FailureReason.KILLED);
      assertRefused(Kind.NOT_RUNNING, () -> queue.service().kill(id, false))
          .hasMessage("Work order " + id + " is not running (status: failed)");
    }

    @Test
    void whatCannotBeKilledKeepsItsSlotAndIsAnAlert() {
      QueueFixture queue = queue(settings -> with(settings, 1));
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.executor.keepAlive(1);
      assertThat(queue.service().kill(id, true).survivors()).isEqualTo(1);
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.RUNNING);
      assertThat(queue.queue.health().look().alerts())
          .anyMatch(alert -> alert.kind() == AlertKind.SURVIVORS);
      queue.executor.keepAlive(0);
      queue.executor.exit(run, 137);
      queue.awaitStatus(id, WorkOrderStatus.FAILED);
      assertThat(((Failed) queue.order(id).state()).reason()).isEqualTo(FailureReason.KILLED);
    }

    @Test
    void tenCallersWhoEndTheSameOrderHaveOneWinnerAndNoDefect() throws Exception {
      for (int round = 0; round < 50; round++) {
        QueueFixture queue = queue();
        WorkOrderId id = queue.submit();
        queue.awaitRunning(id);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<?>> calls = new ArrayList<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int i = 0; i < 10; i++) {
            int kind = i % 3;
            calls.add(
                callers.submit(() -> {
                  go.await();
                  switch (kind) {
                    case 0 -> {
                      StopReport _ = queue.service().cancel(id);
                    }
                    case 1 -> {
                      StopReport _ = queue.service().kill(id, true);
                    }
                    default -> queue.service().purge(id);
                  }
                  return kind;
                }));
          }
          go.countDown();
        }
        for (Future<?> call : calls) {
          if (call.state() == Future.State.FAILED) {
            assertThat(call.exceptionNow()).isInstanceOf(AgentGateException.class);
          }
        }
        assertRefused(Kind.NOT_FOUND, () -> queue.order(id));
        assertThat(queue.store.counts().total()).isZero();
      }
    }

    @Test
    void anOrderWhoseWorkspaceCannotBeRemovedIsNotPurged() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.executor.exit(run, 0);
      queue.awaitStatus(id, WorkOrderStatus.COMPLETED);

      queue.executor.stuck(true);
      assertRefused(Kind.STORE_UNAVAILABLE, () -> queue.service().purge(id));
      WorkOrderFilter completed =
          new WorkOrderFilter(Set.of(WorkOrderStatus.COMPLETED), Optional.empty(), Map.of());
      PurgeReport kept = queue.queue.bulk().purge(completed, Optional.empty(), false);
      assertThat(kept.purged()).isZero();
      assertThat(kept.notPurged()).isEqualTo(1);
      assertThat(kept.failures())
          .singleElement()
          .satisfies(failure -> {
            assertThat(failure.order()).isEqualTo(id);
            assertThat(failure.why()).contains(id + " was not purged");
          });
      assertThat(queue.order(id).runs()).containsExactly(run);

      queue.executor.stuck(false);
      assertThat(queue.queue.bulk().purge(completed, Optional.empty(), false))
          .isEqualTo(new PurgeReport(1, 0, List.of()));
      assertRefused(Kind.NOT_FOUND, () -> queue.order(id));
    }

    @Test
    void aBatchPurgeGoesOnAfterAnOrderWhoseProcessesSurvive() {
      QueueFixture queue = queue(settings -> with(settings, 1));
      WorkOrderId older = queue.submit();
      RunId run = queue.awaitRunning(older);
      queue.service().pause();
      WorkOrderFilter unfinished =
          new WorkOrderFilter(
              Set.of(WorkOrderStatus.RUNNING, WorkOrderStatus.QUEUED), Optional.empty(), Map.of());
      WorkOrderId newer = queue.submit();

      queue.executor.keepAlive(1);
      PurgeReport report = queue.queue.bulk().purge(unfinished, Optional.empty(), false);

      assertThat(report)
          .isEqualTo(
              new PurgeReport(
                  1,
                  1,
                  List.of(
                      new BulkResult.Failure(
                          older,
                          "Work order "
                              + older
                              + " was not purged: 1 of its processes are still alive"))));
      assertRefused(Kind.NOT_FOUND, () -> queue.order(newer));
      queue.executor.keepAlive(0);
      queue.executor.exit(run, 137);
      queue.awaitStatus(older, WorkOrderStatus.CANCELLED);
    }

    @Test
    void aBatchPurgeThatTheStoreBreaksOffSaysHowManyOrdersAreGone() {
      QueueFixture queue = queue();
      queue.service().pause();
      WorkOrderId _ = queue.submit();
      WorkOrderFilter queued =
          new WorkOrderFilter(Set.of(WorkOrderStatus.QUEUED), Optional.empty(), Map.of());
      queue.store.refuseWrites(true);
      queue.store.reportFailure("The disk is full.");
      assertRefused(
              Kind.STORE_UNAVAILABLE,
              () -> queue.queue.bulk().purge(queued, Optional.empty(), false))
          .hasMessageStartingWith("0 work orders were purged, then the store refused: ");
      queue.store.refuseWrites(false);
    }

    @Test
    void aStopThatCannotSeeTheProcessesIsRefusedForNowAndCarriedOutLater() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.executor.blind(true);
      assertRefused(Kind.SHORT_OF_RESOURCES, () -> queue.service().purge(id));
      assertRefused(Kind.SHORT_OF_RESOURCES, () -> queue.service().cancel(id));
      assertRefused(Kind.SHORT_OF_RESOURCES, () -> queue.service().kill(id, true));
      assertThat(queue.executor.lives(run)).isTrue();
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.RUNNING);
      queue.executor.blind(false);
      queue.awaitStatus(id, WorkOrderStatus.FAILED);
      assertThat(((Failed) queue.order(id).state()).reason()).isEqualTo(FailureReason.KILLED);
    }

    @Test
    void aRequestToEndIsNotedBeforeTheProcessesAreStopped() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.executor.keepAlive(1);
      assertThat(queue.service().cancel(id).survivors()).isEqualTo(1);
      assertThat(queue.service().run(run).run().endRequested()).hasValue(EndCause.CANCEL);
      queue.executor.keepAlive(0);
      queue.executor.exit(run, 143);
      queue.awaitStatus(id, WorkOrderStatus.CANCELLED);
    }
  }

  /** What the health of the queue says to an operator. */
  @Nested
  class Health {
    @Test
    void theDepthAndTheOldestRunRaiseTheirAlerts() {
      QueueFixture queue = queue(settings -> with(settings, 1));
      WorkOrderId running = queue.submit();
      queue.awaitRunning(running);
      for (int i = 0; i < 11; i++) {
        queue.submit();
      }
      queue.clock.advance(Duration.ofMinutes(31));
      QueueHealth health = queue.queue.health().look();
      assertThat(health.alerts())
          .extracting(QueueHealth.Alert::message)
          .containsExactly(
              "Work order running for 31 minutes", "High queue depth: 11 work orders waiting");
      assertThat(health.oldestRunningId()).hasValue(running);
    }

    @Test
    void anOrderThatWaitsOutItsBackoffTellsUntilWhenAndWhatHoldsEverybody() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit(request -> request.maxAttempts(2));
      RunId run = queue.awaitRunning(id);
      queue.clock.stop();
      queue.executor.vanish(run);
      queue.awaitStatus(id, WorkOrderStatus.QUEUED);
      assertThat(queue.service().get(id).notBefore())
          .hasValueSatisfying(at -> assertThat(at).isAfter(queue.clock.instant()));
      assertThat(queue.queue.health().look().blockedBy()).isEmpty();

      queue.service().pause();
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.PAUSED);
      queue.clock.advance(Duration.ofHours(1));
      assertThat(queue.service().get(id).notBefore()).isEmpty();
    }

    @Test
    void anEndThatCannotBeWrittenIsTold() {
      QueueFixture queue = queue();
      WorkOrderId ends = queue.submit();
      RunId run = queue.awaitRunning(ends);
      queue.service().pause();
      WorkOrderId waits = queue.submit();
      queue.store.refuseWrites(true);
      queue.executor.exit(run, 0);

      await().until(() -> storeAlert(queue).startsWith("The outcomes of 1 runs cannot be written"));
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.DISK, Block.PAUSED);

      queue.store.refuseWrites(false);
      queue.awaitStatus(ends, WorkOrderStatus.COMPLETED);
      queue.service().resume();
      queue.awaitRunning(waits);
      await().until(() -> storeAlert(queue).isEmpty());
    }

    @Test
    void aStartThatCannotBeWrittenIsTold() {
      QueueFixture queue = queue(settings -> SettingsChange.of(settings).minFreeDisk(10).done());
      queue.host.disk = 0;
      WorkOrderId id = queue.submit();
      queue.store.refuseWrites(true);
      queue.host.disk = 100;

      await().until(() -> storeAlert(queue).startsWith("Nothing can start: No space left"));
      assertThat(queue.queue.health().look().blockedBy()).containsExactly(Block.DISK);

      queue.store.refuseWrites(false);
      queue.awaitRunning(id);
      await().until(() -> storeAlert(queue).isEmpty());
    }

    private static String storeAlert(QueueFixture queue) {
      return queue.queue.health().look().alerts().stream()
          .filter(alert -> alert.kind() == AlertKind.STORE)
          .map(QueueHealth.Alert::message)
          .collect(Collectors.joining());
    }
  }

  @Nested
  class Restarts {
    @Test
    void anEndThatCannotBeWrittenIsWrittenLater() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.store.refuseWrites(true);
      assertRefused(Kind.STORE_UNAVAILABLE, () -> queue.service().cancel(id));
      assertThat(queue.executor.lives(run)).isFalse();
      queue.store.refuseWrites(false);
      queue.awaitStatus(id, WorkOrderStatus.CANCELLED);
    }

    @Test
    void afterARestartWhatLivesIsAdoptedAndWhatEndedIsFinished() {
      QueueFixture before = new QueueFixture(directory, settings -> settings).open();
      WorkOrderId lives = before.submit();
      WorkOrderId ended = before.submit();
      RunId living = before.awaitRunning(lives);
      RunId over = before.awaitRunning(ended);
      // The first service is gone without a word: only its store and its processes remain.
      before.queue.manager().close();
      InMemoryStore copy = copyOf(before);
      FakeExecutor executor = before.executor;
      executor.exit(over, 7);
      QueueFixture after =
          new QueueFixture(
                  directory, settings -> settings, copy, executor.restarted(), before.clock)
              .open();
      opened.add(after);
      Failed failed = assertFailed(after, ended, FailureReason.EXIT_CODE);
      assertThat(failed.exit().orElseThrow().code()).isEqualTo(7);
      assertThat(after.order(lives).currentRun()).hasValue(living);
      assertThat(after.order(lives).status()).isEqualTo(WorkOrderStatus.RUNNING);
      executor.exit(living, 0);
      after.awaitStatus(lives, WorkOrderStatus.COMPLETED);
    }

    @Test
    void aCancelThatACrashCutOffIsCarriedOutByTheNextService() {
      QueueFixture before = new QueueFixture(directory, settings -> settings).open();
      WorkOrderId id = before.submit(request -> request.maxAttempts(3));
      RunId run = before.awaitRunning(id);
      before.queue.manager().close();
      before.awaitRecord(run);
      before.store.save(before.store.runs().find(run).orElseThrow().endRequested(EndCause.CANCEL));
      QueueFixture after =
          new QueueFixture(
                  directory,
                  settings -> settings,
                  copyOf(before),
                  before.executor.restarted(),
                  before.clock)
              .open();
      opened.add(after);
      after.awaitStatus(id, WorkOrderStatus.CANCELLED);
      assertThat(after.executor.lives(run)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void anOutcomeThatWasRecordedCountsAlthoughItsOrderNeverLearnedOfIt(int failingReads) {
      QueueFixture before = new QueueFixture(directory, settings -> settings).open();
      PublishRequest publish = WorkOrders.BRANCH;
      WorkOrderId id = before.submit(Optional.of("shop"), Optional.of(publish));
      RunId run = before.awaitRunning(id);
      before.queue.manager().close();
      before.awaitRecord(run);
      Run noted = before.store.runs().find(run).orElseThrow().endRequested(EndCause.TIMEOUT);
      Run recorded =
          noted
              .with(
                  noted.results().publishing(Publication.pending(publish, id).pushed("0a", "main")))
              .ended(
                  new RunOutcome.Completed(before.clock.instant(), Optional.of(new ExitStatus(0))));
      before.store.save(recorded);
      InMemoryStore copy = copyOf(before);
      before.executor.vanish(run);
      copy.failReadsOfRuns(failingReads);

      QueueFixture after =
          new QueueFixture(
                  directory, settings -> settings, copy, before.executor.restarted(), before.clock)
              .open();
      opened.add(after);
      // Perhaps before the record was read.
      Thread cancel = Thread.startVirtualThread(() -> cancelIfPossible(after, id));

      await()
          .ignoreExceptionsInstanceOf(StoreUnavailableException.class)
          .until(() -> after.order(id).status() == WorkOrderStatus.COMPLETED);
      assertThat(after.service().run(run).run()).isEqualTo(recorded);
      cancel.interrupt();
    }

    private static void cancelIfPossible(QueueFixture queue, WorkOrderId id) {
      try {
        StopReport _ = queue.service().cancel(id);
      } catch (AgentGateException e) {
        assertThat(e).hasMessageContaining("already in terminal state");
      }
    }

    @Test
    void aDrainStopsWhatDoesNotEndAndQueuesItAgainWithoutCounting() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.service().beginStopping();
      queue.queue.manager().close();
      queue.queue.drain().drain(Duration.ofMillis(50));
      WorkOrder order = queue.order(id);
      assertThat(order.status()).isEqualTo(WorkOrderStatus.QUEUED);
      assertThat(order.attempts()).isZero();
      assertThat(queue.executor.lives(run)).isFalse();
      assertRefused(Kind.STOPPING, queue::submit);
    }

    @Test
    void aDrainWaitsForWhatEndsInTime() {
      QueueFixture queue = queue();
      WorkOrderId id = queue.submit();
      RunId run = queue.awaitRunning(id);
      queue.queue.manager().close();
      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(() -> queue.queue.drain().drain(Duration.ofMinutes(2)));
      queue.executor.exit(run, 0);
      drained.join();
      assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.COMPLETED);
    }

    private static InMemoryStore copyOf(QueueFixture before) {
      InMemoryStore store = before.store;
      InMemoryStore copy = new InMemoryStore(before.clock);
      store.ids().forEachRemaining(id -> copy.insert(store.find(id).orElseThrow()));
      store.allRuns().forEach(copy::save);
      return copy;
    }
  }
}
