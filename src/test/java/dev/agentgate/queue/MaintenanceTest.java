package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.execution.Assignment;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrderState.Failed;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceTest {
  private static final WorkOrderFilter COMPLETED =
      new WorkOrderFilter(Set.of(WorkOrderStatus.COMPLETED), Optional.empty(), Map.of());
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private QueueFixture queue;

  @BeforeEach
  void open() {
    queue = new QueueFixture(directory, settings -> settings).open();
  }

  @AfterEach
  void close() {
    queue.close();
  }

  private WorkOrderId completed() {
    WorkOrderId id = queue.submit();
    RunId run = queue.awaitRunning(id);
    runs().create(run);
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    return id;
  }

  private RunDirectories runs() {
    return new RunDirectories(directory.resolve("runs"));
  }

  private Path makeRun(RunId run, Duration age) throws IOException {
    Path path = runs().of(run).path();
    Files.createDirectories(path);
    Files.writeString(path.resolve("output.log"), "left");
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
    return path;
  }

  @Test
  void theReferenceToAMissingRunIsForgottenAndAValidOneKept() {
    WorkOrderId kept = completed();
    WorkOrderId broken = completed();
    RunId missing = queue.order(broken).currentRun().orElseThrow();
    assertThat(runs().remove(missing)).isTrue();

    assertThat(queue.queue.orphanCleanup().runOnce().references()).isEqualTo(1);

    assertThat(queue.order(broken).currentRun()).isEmpty();
    assertThat(queue.order(broken).status()).isEqualTo(WorkOrderStatus.COMPLETED);
    assertThat(queue.order(kept).currentRun()).isPresent();
    assertThat(queue.queue.orphanCleanup().runOnce().references()).isZero();
  }

  @Test
  void aRunOfNoOrderIsRemovedOnceItIsOlderThanAnHour() throws IOException {
    Path old = makeRun(RunId.next(Instant.now()), Duration.ofMinutes(61));
    Path young = makeRun(RunId.next(Instant.now()), Duration.ofMinutes(59));
    RunId known = queue.order(completed()).currentRun().orElseThrow();
    Path valid = makeRun(known, Duration.ofDays(30));

    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(1);

    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(valid).exists();
  }

  @Test
  void theHomesOfOrdersThatAreGoneAreRemovedUnlessSomeOrdersCannotBeRead() {
    WorkOrderId known = completed();
    WorkOrderId damaged = completed();
    WorkOrderId gone = WorkOrderId.next(Instant.now());
    queue.executor.homes().addAll(List.of(known, damaged, gone));
    queue.store.damage(damaged);
    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isZero();
    assertThat(queue.executor.homes()).containsExactlyInAnyOrder(known, damaged, gone);

    queue.store.repair();
    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(2);
    assertThat(queue.executor.homes()).containsExactly(known);

    queue.service().purge(known);
    assertThat(queue.executor.homes()).isEmpty();
  }

  @Test
  void whatLivesOfARunThatNoOrderKnowsIsStopped() throws Exception {
    WorkOrderId known = queue.submit();
    RunId running = queue.awaitRunning(known);
    RunId stray = RunId.next(Instant.now());
    queue.executor.start(
        new Assignment(queue.order(known), stray, Optional.empty(), () -> true, () -> {}));

    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(1);

    assertThat(queue.executor.lives(stray)).isFalse();
    assertThat(queue.executor.lives(running)).isTrue();
  }

  @Test
  void aRunThatWasClaimedAndNeverBegunIsRemovedAtStartWhateverItsAge() throws IOException {
    Path begun = makeRun(RunId.next(Instant.now()), Duration.ofMinutes(1));
    Path unbegun = runs().create(RunId.next(Instant.now())).path();
    Files.writeString(unbegun.resolve("run.json"), "{}");
    RunId known = queue.order(completed()).currentRun().orElseThrow();

    assertThat(queue.queue.orphanCleanup().removeUnbegun()).isEqualTo(1);

    assertThat(unbegun).doesNotExist();
    assertThat(begun).exists();
    assertThat(runs().of(known).path()).exists();
  }

  @Test
  void whatBelongsToAnOrderInQuarantineIsKeptWhileItsFileIsThere() throws IOException {
    WorkOrderId order = completed();
    RunId run = queue.order(order).currentRun().orElseThrow();
    Path runPath = makeRun(run, Duration.ofDays(2));
    Path workspace = directory.resolve("workspaces").resolve(run.value());
    Files.createDirectories(workspace);
    Files.setLastModifiedTime(workspace, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    RunId unreadable = RunId.next(Instant.now());
    Path unreadablePath = makeRun(unreadable, Duration.ofDays(2));
    RunId stray = RunId.next(Instant.now());
    queue.store.save(Run.preparing(stray, WorkOrderId.next(Instant.now()), 1, Instant.now()));
    Path strayPath = makeRun(stray, Duration.ofDays(2));

    queue.store.damage(order);
    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(1);
    assertThat(runPath).exists();
    assertThat(unreadablePath).as("it may be a run of the quarantined order").exists();
    assertThat(strayPath).as("its order is another, and gone").doesNotExist();
    assertThat(queue.executor.discarded()).containsExactly(stray);

    queue.store.repair();
    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(2);
    assertThat(runPath).doesNotExist();
  }

  @Test
  void anUnbegunRunOfAnOrderInQuarantineIsKept() throws IOException {
    WorkOrderId order = completed();
    RunId run = queue.order(order).currentRun().orElseThrow();
    assertThat(runs().remove(run)).isTrue();
    Path path = runs().of(run).path();
    Files.createDirectories(path);
    Files.writeString(path.resolve("run.json"), "{}");

    queue.store.damage(order);

    assertThat(queue.queue.orphanCleanup().removeUnbegun()).isZero();
    assertThat(path).exists();
  }

  @Test
  void theWorkspaceOfNoOrderIsRemovedOnceItIsOld() throws IOException {
    RunId stray = RunId.next(Instant.now());
    Path workspace = directory.resolve("workspaces").resolve(stray.value());
    Files.createDirectories(workspace);
    Files.setLastModifiedTime(workspace, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

    assertThat(queue.queue.orphanCleanup().runOnce().leftovers()).isEqualTo(1);
    assertThat(queue.executor.discarded()).containsExactly(stray);
  }

  /** Adds an order that runs without a supervisor, beside one that has one. */
  private WorkOrderId addAbandoned() {
    WorkOrderId supervised = queue.submit();
    queue.awaitRunning(supervised);
    WorkOrderId id = WorkOrderId.next(Instant.now());
    WorkOrder abandoned =
        WorkOrder.submitted(id, queue.order(supervised).spec(), Optional.empty(), Instant.now())
            .start(RunId.next(Instant.now()), Instant.now(), WorkOrders.LEASE);
    assertThat(queue.store.insert(abandoned)).isEmpty();
    return id;
  }

  @Test
  void aRunningOrderThatNobodySupervisesIsEndedByTheStaleCheck() {
    WorkOrderId id = addAbandoned();

    assertThat(queue.queue.staleCheck().runOnce()).isEqualTo(1);

    queue.awaitStatus(id, WorkOrderStatus.FAILED);
    assertThat(((Failed) queue.order(id).state()).reason()).isEqualTo(FailureReason.LOST);
    assertThat(queue.queue.staleCheck().runOnce()).isZero();
  }

  @Test
  void anOrderThatAnInstanceEnqueuedWhichIsGoneExpiresAllTheSame() {
    Store other = queue.store.openedBy(new InstanceId("other"));
    Instant now = queue.clock.instant();
    WorkOrder order =
        WorkOrder.submitted(
            WorkOrderId.next(now), WorkOrders.expiring(Duration.ofHours(1)), Optional.empty(), now);
    queue.store.setPaused(true);
    assertThat(other.workOrders().insert(order)).isEmpty();

    int _ = queue.queue.staleCheck().runOnce();
    assertThat(queue.order(order.id()).status()).isEqualTo(WorkOrderStatus.QUEUED);
    queue.clock.advance(Duration.ofHours(1));
    int _ = queue.queue.staleCheck().runOnce();

    queue.awaitStatus(order.id(), WorkOrderStatus.FAILED);
    assertThat(((Failed) queue.order(order.id()).state()).reason())
        .isEqualTo(FailureReason.QUEUE_EXPIRED);
  }

  @Test
  void anOrderThatCouldNotBeAdoptedIsAdoptedByTheNextStaleCheck() {
    WorkOrderId id = addAbandoned();
    queue.store.afterNextFind(
        id,
        () ->
            queue.store.afterNextFind(
                id,
                () -> {
                  throw new StoreUnavailableException("The store fails after the first look.");
                }));
    assertThatThrownBy(() -> queue.queue.staleCheck().runOnce())
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(queue.queue.staleCheck().runOnce()).isEqualTo(1);

    queue.awaitStatus(id, WorkOrderStatus.FAILED);
  }

  @Test
  void anOrderWhoseOutcomeIsRecordedDuringTheStaleCheckIsLeftAlone() {
    WorkOrderId supervised = queue.submit();
    queue.awaitRunning(supervised);
    WorkOrderId id = WorkOrderId.next(Instant.now());
    RunId run = RunId.next(Instant.now());
    WorkOrder running =
        WorkOrder.submitted(id, queue.order(supervised).spec(), Optional.empty(), Instant.now())
            .start(run, Instant.now(), WorkOrders.LEASE);
    assertThat(queue.store.insert(running)).isEmpty();
    queue.store.afterNextFind(
        id, () -> assertThat(queue.store.update(running.complete(Instant.now()))).isTrue());

    assertThat(queue.queue.staleCheck().runOnce()).isZero();
    assertThat(queue.order(id).status()).isEqualTo(WorkOrderStatus.COMPLETED);
    assertThat(queue.store.find(run)).isEmpty();
  }

  @Test
  void onlyOrdersThatWereFinishedForLongerThanTheyAreKeptArePurged() {
    WorkOrderId old = completed();
    queue.clock.advance(Duration.ofDays(8));
    WorkOrderId young = completed();
    WorkOrderId running = queue.submit();
    queue.awaitRunning(running);
    Retention retention =
        new Retention(Optional.of(Duration.ofDays(7)), queue.store, queue.service(), queue.clock);

    assertThat(retention.runOnce()).isEqualTo(1);

    assertThat(queue.store.find(old)).isEmpty();
    assertThat(queue.store.find(young)).isPresent();
    assertThat(queue.store.find(running)).isPresent();
    Retention forEver =
        new Retention(Optional.empty(), queue.store, queue.service(), Clock.systemUTC());
    assertThat(forEver.runOnce()).isZero();
  }

  @Test
  void ordersThatCannotBePurgedDoNotHoldUpThoseBehindThem() {
    WorkOrderSpec spec = queue.order(completed()).spec();
    Instant then = queue.clock.instant().minus(Duration.ofDays(1));
    // More than retention takes at a time.
    for (int i = 0; i < 1001; i++) {
      RunId run = RunId.next(then);
      queue.executor.stuck(run);
      WorkOrder order =
          WorkOrder.submitted(WorkOrderId.next(then), spec, Optional.empty(), then)
              .start(run, then, WorkOrders.LEASE)
              .complete(then);
      assertThat(queue.store.insert(order)).isEmpty();
    }
    queue.clock.advance(Duration.ofDays(8));
    Retention retention =
        new Retention(Optional.of(Duration.ofDays(7)), queue.store, queue.service(), queue.clock);

    assertThat(retention.runOnce()).isEqualTo(1);

    assertThat(queue.store.counts().completed()).isEqualTo(1001);
  }

  @Test
  void aBatchPurgeKeepsTheYoungerOnesAndADryRunKeepsAll() {
    completed();
    queue.clock.advance(Duration.ofDays(8));
    completed();
    Optional<Duration> week = Optional.of(Duration.ofDays(7));
    assertThat(queue.queue.bulk().purge(COMPLETED, week, true).purged()).isEqualTo(1);
    assertThat(queue.store.counts().completed()).isEqualTo(2);
    assertThat(queue.queue.bulk().purge(COMPLETED, week, false).purged()).isEqualTo(1);
    assertThat(queue.queue.bulk().purge(COMPLETED, Optional.empty(), false).purged()).isEqualTo(1);
    assertThat(queue.store.counts().total()).isZero();
  }
}
