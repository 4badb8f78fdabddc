package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.DeadMansSwitch;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two instances that share a store, and whose leases the test renews or not. */
class LeaseKeeperTest {
  private static final Duration LEASE = Duration.ofHours(1);

  @TempDir Path directory;

  private final SettableClock clock = new SettableClock();
  private final InMemoryStore store = new InMemoryStore(clock);
  private final FakeSwitch oneSwitch = new FakeSwitch();
  private final FakeSwitch twoSwitch = new FakeSwitch();
  private QueueFixture one;
  private QueueFixture two;

  @BeforeEach
  void openBoth() {
    one = instance("one", oneSwitch);
    two = instance("two", twoSwitch);
  }

  private QueueFixture instance(String id, FakeSwitch deadMansSwitch) {
    QueueFixture instance = instance(id, LEASE, deadMansSwitch);
    keeper(instance).renew();
    return instance;
  }

  private QueueFixture instance(String id, Duration lease, FakeSwitch deadMansSwitch) {
    return new QueueFixture(
        directory.resolve(id),
        store.openedBy(new InstanceId(id)),
        clock,
        new LeaseSettings(lease, deadMansSwitch));
  }

  @AfterEach
  void closeBoth() {
    store.refuseWrites(false);
    keeper(one).renew();
    one.close();
    two.close();
  }

  private static LeaseKeeper keeper(QueueFixture instance) {
    return instance.queue.leaseKeeper().orElseThrow();
  }

  /** Lets time pass, for the store and for the machines. */
  private void pass(Duration time) {
    clock.advance(time);
    oneSwitch.advance(time);
    twoSwitch.advance(time);
  }

  private static FailureReason failure(WorkOrder order) {
    return ((Failed) order.state()).reason();
  }

  /** Until now the other instance is not open, so that it cannot claim the order itself. */
  private void takeOverFromOneAndRenewIt() {
    two.open();
    pass(LEASE.plusSeconds(1));
    keeper(two).renew();
    assertThat(keeper(two).takeOver()).isEqualTo(1);
    keeper(one).renew();
  }

  /** Returns how the runs of an instance are stopped from now on. */
  private static List<String> stopsOf(QueueFixture instance) {
    List<String> modes = new CopyOnWriteArrayList<>();
    instance
        .queue
        .orders()
        .register(
            new QueueObserver() {
              @Override
              public void stopped(String mode, StopReport report) {
                modes.add(mode);
              }
            });
    return modes;
  }

  /** A machine's clock that the test moves. */
  private static final class FakeSwitch implements DeadMansSwitch {
    private volatile Duration uptime = Duration.ofDays(1);
    private volatile Duration deadline = Duration.ZERO;
    private volatile boolean broken;
    private volatile boolean closed;

    void advance(Duration by) {
      uptime = uptime.plus(by);
    }

    @Override
    public Duration uptime() {
      return uptime;
    }

    @Override
    public void setDeadline(Duration value) {
      if (broken) {
        throw new UncheckedIOException(new IOException("No space left on device"));
      }
      deadline = value;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Nested
  class Renewals {
    @Test
    void aRenewalExtendsTheLeaseAndMovesTheDeadlineOfTheSwitches() {
      WorkOrderId id = one.open().submit();
      one.awaitRunning(id);
      pass(LEASE.dividedBy(4));

      keeper(one).renew();

      Running running = (Running) one.order(id).state();
      assertThat(running.lease().until().orElseThrow())
          .isAfter(
              running.current().startedAt().plus(LEASE.dividedBy(4)).plus(LEASE).minusSeconds(1));
      assertThat(oneSwitch.deadline).isEqualTo(oneSwitch.uptime().plusMinutes(50));
      assertThat(keeper(one).watch()).isPositive();
      assertThat(one.executor.lives(running.current().run())).isTrue();
    }

    @Test
    void aCancelDuringARenewalIsAnsweredAsWhatItIs() throws Exception {
      WorkOrderId id = one.open().submit();
      one.awaitRunning(id);
      CountDownLatch renewed = new CountDownLatch(1);
      one.queue
          .orders()
          .register(
              new QueueObserver() {
                @Override
                public void runEnded(WorkOrder order, RunOutcome outcome) {
                  awaitUninterruptibly(renewed);
                }
              });
      CompletableFuture<StopReport> cancel = new CompletableFuture<>();
      one.store.beforeRenewal(() -> {
        one.store.beforeRenewal(() -> {});
        Thread.startVirtualThread(() -> {
          try {
            cancel.complete(one.service().cancel(id));
          } catch (RuntimeException e) {
            cancel.completeExceptionally(e);
          }
        });
        await().until(() -> one.order(id).status() == WorkOrderStatus.CANCELLED);
      });

      keeper(one).renew();
      renewed.countDown();

      assertThat(cancel.get(1, TimeUnit.MINUTES).survivors()).isZero();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Test
    void aRenewalAnnouncesTheInstance() {
      one.open();
      one.awaitRunning(one.submit());

      keeper(one).renew();

      assertThat(two.store.instances().find(new InstanceId("one")).orElseThrow().status())
          .isEqualTo(new InstanceStatus("", Optional.empty(), 2, 1, false));
    }

    @Test
    void aDeadlineThatCannotBeWrittenDoesNotKeepTheLeaseFromBeingRenewed() {
      pass(LEASE.dividedBy(2));
      Duration before = oneSwitch.deadline;
      oneSwitch.broken = true;

      keeper(one).renew();

      assertThat(oneSwitch.deadline).isEqualTo(before);
      assertThat(one.queue.health().leaseDoubt()).isEmpty();
    }

    @Test
    void theThreadsOfTheKeeperRenewAndEndByThemselves() {
      FakeSwitch deadMansSwitch = new FakeSwitch();
      QueueFixture own =
          new QueueFixture(
              directory.resolve("three"),
              store.openedBy(new InstanceId("three")),
              clock,
              new LeaseSettings(Duration.ofMillis(600), deadMansSwitch));
      try (LeaseKeeper keeper = keeper(own)) {
        keeper.open();
        Duration first = deadMansSwitch.deadline;
        deadMansSwitch.advance(Duration.ofMillis(100));

        await().until(() -> deadMansSwitch.deadline.compareTo(first) > 0);
      }
      assertThat(deadMansSwitch.closed).isTrue();
    }

    @Test
    void theAgeOfTheLeaseAndWhatIsLeftOfItAreKnown() {
      pass(LEASE.dividedBy(4));
      assertThat(keeper(one).age()).isBetween(LEASE.dividedBy(4), LEASE.dividedBy(3));
      assertThat(keeper(one).age().plus(keeper(one).remaining()))
          .isCloseTo(LEASE, Duration.ofMinutes(1));

      pass(LEASE);
      assertThat(keeper(one).remaining()).isNegative();
    }

    @Test
    void whetherARenewalSucceededInTimeAndWhatIsTakenOverAreTold() {
      List<String> told = new CopyOnWriteArrayList<>();
      QueueObserver observer =
          new QueueObserver() {
            @Override
            public void leaseRenewed() {
              told.add("renewed");
            }

            @Override
            public void leaseNotRenewed() {
              told.add("not renewed");
            }

            @Override
            public void takenOver() {
              told.add("taken over");
            }
          };
      two.queue.orders().register(observer);
      one.open();
      one.awaitRunning(one.submit());
      pass(LEASE.multipliedBy(2));
      keeper(two).renew();
      two.open();

      assertThat(keeper(two).takeOver()).isEqualTo(1);

      assertThat(told).containsExactly("taken over");
      told.clear();
      QueueFixture three = instance("three", Duration.ofMillis(600), new FakeSwitch());
      three.queue.orders().register(observer);
      try (LeaseKeeper keeper = keeper(three)) {
        keeper.open();
        await().until(() -> told.contains("renewed"));
        store.refuseWrites(true);
        await().until(() -> told.contains("not renewed"));
      }
    }

    @Test
    void aRenewalThatIsUnderWayEndsBeforeTheKeeperIsClosed() throws Exception {
      QueueFixture three = instance("three", Duration.ofMillis(600), new FakeSwitch());
      LeaseKeeper keeper = keeper(three);
      keeper.open();
      CountDownLatch begun = new CountDownLatch(1);
      AtomicBoolean ended = new AtomicBoolean();
      three.store.beforeRenewal(() -> {
        begun.countDown();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        ended.set(true);
      });
      assertThat(begun.await(2, TimeUnit.MINUTES)).isTrue();

      keeper.close();

      assertThat(ended).isTrue();
    }

    @Test
    void aStoreThatNobodyElseUsesHasNoKeeper() {
      try (QueueFixture alone = new QueueFixture(directory.resolve("alone"), it -> it)) {
        assertThat(alone.queue.leaseKeeper()).isEmpty();
        assertThat(alone.queue.health().leaseDoubt()).isEmpty();
      }
    }
  }

  /** The store does not answer in time. */
  @Nested
  class Doubts {
    @Test
    void nothingStartsWhileTheLeaseIsInDoubtAndTheReasonIsTold() {
      one.open();
      pass(LEASE.dividedBy(2));
      WorkOrderId id = one.submit();

      assertThat(one.queue.manager().startNow(id)).isEmpty();
      assertThat(one.queue.health().look().blockedBy()).containsExactly(Block.LEASE);
      assertThat(one.queue.health().look().alerts())
          .anySatisfy(alert -> {
            assertThat(alert.kind()).isEqualTo(AlertKind.STORE);
            assertThat(alert.message()).contains("could not renew its lease for 1800 s");
          });
      assertThat(one.queue.health().leaseDoubt()).isPresent();
      assertThat(one.queue.manager().isAlive()).isTrue();
      assertThat(one.order(id).status()).isEqualTo(WorkOrderStatus.QUEUED);

      keeper(one).renew();

      one.awaitRunning(id);
      assertThat(one.queue.health().leaseDoubt()).isEmpty();
    }

    @Test
    void runsEndWhenTheLeaseIsInDoubtAndAreLostOnceTheStoreIsBack() {
      WorkOrderId id = one.open().submit();
      RunId run = one.awaitRunning(id);
      store.refuseWrites(true);
      pass(LEASE.dividedBy(2));
      assertThatThrownBy(keeper(one)::renew).isInstanceOf(StoreUnavailableException.class);
      assertThat(one.executor.lives(run)).isTrue();

      assertThat(keeper(one).watch()).isPositive();

      await().until(() -> !one.executor.lives(run));
      await().until(() -> !one.queue.health().look().alerts().isEmpty());
      assertThat(one.order(id).status()).isEqualTo(WorkOrderStatus.RUNNING);
      store.refuseWrites(false);
      keeper(one).renew();
      one.awaitStatus(id, WorkOrderStatus.FAILED);
      assertThat(failure(one.order(id))).isEqualTo(FailureReason.LOST);
      one.awaitRunning(one.submit());
    }

    @Test
    void whatHasNotEndedAfterTwoThirdsOfTheLeaseIsKilled() {
      WorkOrderId id = one.open().submit();
      RunId run = one.awaitRunning(id);
      one.executor.keepAlive(1);
      pass(LEASE.dividedBy(2));
      assertThat(keeper(one).watch()).isPositive();
      await().until(() -> one.queue.health().survivors() == 1);
      assertThat(one.executor.lives(run)).isTrue();
      one.executor.keepAlive(0);
      pass(LEASE.dividedBy(6));

      assertThat(keeper(one).watch()).isPositive();

      await().until(() -> !one.executor.lives(run));
      one.awaitStatus(id, WorkOrderStatus.FAILED);
      assertThat(((Failed) one.order(id).state()).exit().orElseThrow().signal()).hasValue(9);
    }

    @Test
    void aRunThatHasNotStartedWaitsAgainWithoutCountingTheAttempt() {
      one.executor.blockCheckouts();
      WorkOrderId id = one.open().submit();
      one.awaitStatus(id, WorkOrderStatus.RUNNING);
      pass(LEASE.dividedBy(2));

      await()
          .until(() -> {
            assertThat(keeper(one).watch()).isPositive();
            return one.order(id).status() == WorkOrderStatus.QUEUED;
          });

      assertThat(one.order(id).attempts()).isZero();
      assertThat(one.executor.started()).isEmpty();
    }

    /** The supervisor may wait for the store before it starts the agent. */
    @Test
    void aRunThatWasStoppedForTheLeaseBeforeItsStartDoesNotStartAfterARenewal() {
      one.open();
      List<String> stops = stopsOf(one);
      one.executor.beforeStarting(() -> {
        one.executor.beforeStarting(() -> {});
        pass(LEASE.dividedBy(2));
        assertThat(keeper(one).watch()).isPositive();
        await().until(() -> stops.contains("lease"));
        one.service().pause();
        keeper(one).renew();
      });

      WorkOrderId id = one.submit();

      await().until(() -> stops.contains("lease"));
      one.awaitStatus(id, WorkOrderStatus.QUEUED);
      assertThat(one.order(id).attempts()).isZero();
      assertThat(one.executor.started()).isEmpty();
    }

    @Test
    void whatWasClaimedBeforeADoubtDoesNotBeginAfterIt() {
      one.open();
      AtomicBoolean first = new AtomicBoolean(true);
      one.queue
          .orders()
          .register(
              new QueueObserver() {
                @Override
                public void transitioned(Transition transition) {
                  if (transition.order().status() == WorkOrderStatus.RUNNING
                      && first.getAndSet(false)) {
                    takeOverFromOneAndRenewIt();
                  }
                }
              });

      WorkOrderId id = one.submit();

      two.awaitStatus(id, WorkOrderStatus.FAILED);
      two.queue.manager().close();
      RunId next = one.awaitRunning(one.submit());
      assertThat(failure(two.order(id))).isEqualTo(FailureReason.LOST);
      assertThat(one.executor.started()).containsExactly(next);
    }

    @Test
    void aRunThatSomebodyEndedWhileTheLeaseIsInDoubtIsNotLost() {
      WorkOrderId id = one.open().submit();
      RunId run = one.awaitRunning(id);
      store.refuseWrites(true);
      assertThatThrownBy(() -> one.service().cancel(id))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(one.executor.lives(run)).isFalse();
      pass(LEASE.dividedBy(2));
      assertThat(keeper(one).watch()).isPositive();

      store.refuseWrites(false);
      keeper(one).renew();

      one.awaitStatus(id, WorkOrderStatus.CANCELLED);
    }
  }

  @Nested
  class Takeovers {
    @Test
    void aRunThatIsTakenOverBeforeItsStartDoesNotStart() {
      one.open();
      List<String> stops = stopsOf(one);
      one.executor.beforeStarting(() -> {
        one.executor.beforeStarting(() -> {});
        takeOverFromOneAndRenewIt();
        await().until(() -> stops.contains("lease"));
      });

      WorkOrderId id = one.submit();

      two.awaitStatus(id, WorkOrderStatus.FAILED);
      assertThat(failure(two.order(id))).isEqualTo(FailureReason.LOST);
      await().until(() -> stops.contains("sweep"));
      assertThat(one.executor.started()).isEmpty();
    }

    @Test
    void anotherInstanceTakesOverWhatNobodyRenewsAndTheFormerOwnerLetsGo() {
      WorkOrderId id = one.open().submit(order -> order.maxAttempts(2));
      RunId run = one.awaitRunning(id);
      List<RunId> left = new CopyOnWriteArrayList<>();
      one.queue
          .orders()
          .register(
              new QueueObserver() {
                @Override
                public void runLeft(RunId of) {
                  left.add(of);
                }
              });
      pass(LEASE.plusSeconds(1));
      keeper(two).renew();
      assertThat(keeper(two).takeOver()).as("it starts nothing yet").isZero();
      two.open();

      assertThat(keeper(two).takeOver()).isEqualTo(1);

      RunId again = two.awaitRunning(id);
      assertThat(again).isNotEqualTo(run);
      assertThat(two.order(id).attempts()).isEqualTo(2);
      keeper(one).renew();
      await().until(() -> !one.executor.lives(run));
      await().until(() -> left.contains(run));
      assertThat(two.executor.lives(again)).isTrue();
      assertThat(two.order(id).currentRun()).hasValue(again);
      assertThat(((Running) two.order(id).state()).lease().owner())
          .isEqualTo(new InstanceId("two"));
    }

    @Test
    void aFormerOwnerWritesNothingAndDoesNotClaimADeathElsewhere() {
      WorkOrderId id = one.open().submit(order -> order.maxAttempts(2));
      RunId run = one.awaitRunning(id);
      pass(LEASE.plusSeconds(1));
      keeper(two).renew();
      two.open();
      assertThat(keeper(two).takeOver()).isEqualTo(1);
      RunId again = two.awaitRunning(id);
      two.executor.exit(again, 0);
      two.awaitStatus(id, WorkOrderStatus.COMPLETED);
      WorkOrder before = two.order(id);
      assertThat(one.executor.lives(run)).isTrue();

      assertThatThrownBy(() -> one.service().kill(id, true))
          .isInstanceOfSatisfying(
              AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_RUNNING));

      assertThat(two.order(id)).isEqualTo(before);
      keeper(one).renew();
      WorkOrderId next = one.submit();
      await().until(() -> one.order(next).status() == WorkOrderStatus.RUNNING);
    }

    @Test
    void aKillIsNotAnsweredAsDoneIfAnotherInstanceTookTheOrderOverMeanwhile() throws Exception {
      WorkOrderId id = one.open().submit();
      RunId run = one.awaitRunning(id);
      pass(LEASE.plusSeconds(1));
      keeper(two).renew();
      InMemoryStore taker = store.openedBy(new InstanceId("two"));
      store.afterNextFind(id, () -> assertThat(taker.takeExpired(LEASE, 9)).hasSize(1));

      CompletableFuture<StopReport> kill =
          CompletableFuture.supplyAsync(() -> one.service().kill(id, true));

      await().until(() -> !one.executor.lives(run));
      assertThat(two.order(id).status()).isEqualTo(WorkOrderStatus.RUNNING);
      assertThat(two.queue.staleCheck().runOnce()).isEqualTo(1);
      assertThatThrownBy(() -> kill.get(1, TimeUnit.MINUTES))
          .hasCauseInstanceOf(AgentGateException.class);
      await().until(() -> two.order(id).status() == WorkOrderStatus.FAILED);
    }

    @Test
    void aRestartAdoptsOnlyTheOrdersOfItsOwnInstance() {
      WorkOrderId first = one.open().submit();
      RunId run = one.awaitRunning(first);
      QueueFixture restarted = instance("two", new FakeSwitch());

      assertThat(restarted.queue.manager().recover()).isZero();
      assertThat(restarted.queue.staleCheck().runOnce()).isZero();

      assertThat(one.executor.lives(run)).isTrue();
      assertThat(one.order(first).status()).isEqualTo(WorkOrderStatus.RUNNING);
    }

    @Test
    void aCleanupForgetsNoRunWhoseFilesAreOnAnotherInstance() {
      WorkOrderId id = one.open().submit();
      RunId run = one.awaitRunning(id);
      one.executor.exit(run, 0);
      one.awaitStatus(id, WorkOrderStatus.COMPLETED);

      assertThat(two.queue.orphanCleanup().runOnce().references()).isZero();
      assertThat(two.order(id).currentRun()).hasValue(run);

      assertThat(one.queue.orphanCleanup().runOnce().references()).isEqualTo(1);
      assertThat(one.order(id).currentRun()).isEmpty();
    }
  }
}
