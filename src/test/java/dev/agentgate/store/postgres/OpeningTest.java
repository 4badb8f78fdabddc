package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.agentgate.store.Claims;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.WorkQueue.RunningEntry;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which instance may open the store when, and what it takes over. */
class OpeningTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final InstanceId ONE = new InstanceId("one");
  private static final InstanceId TWO = new InstanceId("two");
  private static final Home HERE = new Home("here", "host-a");
  private static final Home THERE = new Home("there", "host-b");

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final SettableClock clock = new SettableClock();

  private Store open(InstanceId id, Home home) {
    return database.open(new Member(id, home, Optional.of(LEASE)), clock, Optional.empty());
  }

  private static WorkOrder claimedBy(Store store) {
    return Claims.claimedBy(store, LEASE);
  }

  @Test
  void severalInstancesOpenTheStore() {
    try (Store one = open(ONE, HERE);
        Store two = open(TWO, THERE)) {
      WorkOrder order = claimedBy(one);

      assertThat(two.workOrders().find(order.id())).contains(order);
    }
  }

  @Test
  void aRestartOnTheSameHomeWaitsForNoLease() {
    Store before = open(ONE, HERE);
    WorkOrder order = claimedBy(before);

    try (Store after = open(ONE, HERE)) {
      assertThat(after.workOrders().update(order.complete(clock.instant()))).isTrue();
    }
  }

  @Test
  void aRestartUnderAnotherNameOwnsWhatRunsOnItsHomeAndForgetsTheOldName() throws SQLException {
    Store before = open(ONE, HERE);
    WorkOrder order = claimedBy(before);

    try (Store after = open(TWO, HERE)) {
      assertThat(after.queue().running()).extracting(RunningEntry::owner).containsExactly(TWO);
      assertThatThrownBy(() -> before.workOrders().update(order.complete(clock.instant())))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(after.workOrders().update(order.complete(clock.instant()))).isTrue();
      assertThat(instances()).isEqualTo(1);
    }
  }

  /** A synchronous standby may let a commit wait, also that of a process that was killed. */
  @Test
  void aRestartUnderAnotherNameOwnsWhatTheEarlierProcessIsStillCommitting() throws Exception {
    Store before = open(ONE, HERE);
    database.execute(
        """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
          'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON running DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait();
        """);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection standby = database.connections().getConnection();
        Statement statement = standby.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(1)");
      var claim = CompletableFuture.supplyAsync(() -> claimedBy(before), threads);
      while (!database.waitsForALock("COMMIT")) {
        Thread.onSpinWait();
      }
      var opening = CompletableFuture.supplyAsync(() -> open(TWO, HERE), threads);
      while (!database.waitsForALock("FROM instances WHERE home")) {
        Thread.onSpinWait();
      }

      statement.execute("SELECT pg_advisory_unlock(1)");

      WorkOrder order = claim.join();
      try (Store after = opening.join()) {
        assertThat(after.queue().running()).extracting(RunningEntry::owner).containsExactly(TWO);
        assertThat(after.workOrders().update(order.complete(clock.instant()))).isTrue();
      }
    }
  }

  @Test
  void anotherHomeGetsTheNameWhenTheLeaseIsOverAndTheFormerOneChangesNothing() {
    Store before = open(ONE, HERE);
    WorkOrder order = claimedBy(before);
    clock.advance(LEASE);

    try (Store after = open(ONE, THERE)) {
      assertThatThrownBy(() -> before.workOrders().update(order.complete(clock.instant())))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(after.workOrders().update(order.complete(clock.instant()))).isTrue();
    }
  }

  @Test
  void anotherHomeWaitsForTheLeaseOfAnInstanceThatIsSilent() {
    Store before = open(ONE, HERE);
    claimedBy(before);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var opening = CompletableFuture.supplyAsync(() -> open(ONE, THERE), threads);
      assertThat(opening).isNotDone();

      clock.advance(LEASE);

      opening.join().close();
    }
  }

  @Test
  void anotherHomeIsRefusedTheNameOfAnInstanceThatRenewsItsLease() {
    Store before = open(ONE, HERE);
    WorkOrder order = claimedBy(before);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var opening = CompletableFuture.supplyAsync(() -> open(ONE, THERE), threads);

      while (!opening.isDone()) {
        clock.advance(Duration.ofMillis(1));
        assertThat(before.queue().renew(Set.of(order.id()), LEASE)).isEmpty();
      }

      assertThatThrownBy(opening::join)
          .hasCauseInstanceOf(DatabaseRefusedException.class)
          .hasMessageContainingAll("one is running on host-a", "agentgate.instance.id");
    }
    assertThat(before.workOrders().update(order.complete(clock.instant()))).isTrue();
  }

  @Test
  void aClosedInstanceWithoutOrdersLeavesItsNameAtOnce() {
    open(ONE, HERE).close();

    open(ONE, THERE).close();
  }

  @Test
  void aClosedInstanceWithOrdersKeepsItsLease() {
    Store before = open(ONE, HERE);
    WorkOrder order = claimedBy(before);
    before.close();

    try (Store two = open(TWO, THERE)) {
      assertThat(two.queue().takeExpired(LEASE, 9)).isEmpty();
      clock.advance(LEASE);
      assertThat(two.queue().takeExpired(LEASE, 9))
          .extracting(WorkOrder::id)
          .containsExactly(order.id());
    }
  }

  @Test
  void anInstanceThatIsLongGoneIsForgottenOnceItsOrdersAreSettled() throws SQLException {
    WorkOrder order = claimedBy(open(ONE, HERE));
    clock.advance(Duration.ofDays(2));

    open(TWO, THERE).close();
    assertThat(instances()).isEqualTo(2);

    try (Store two = open(TWO, THERE)) {
      assertThat(two.queue().takeExpired(LEASE, 9)).hasSize(1);
      WorkOrder taken = two.workOrders().find(order.id()).orElseThrow();
      assertThat(two.workOrders().update(taken.complete(clock.instant()))).isTrue();
    }
    open(TWO, THERE).close();
    assertThat(instances()).isEqualTo(1);
  }

  /** As the others forget an instance after a day. */
  private Store openAndForget(InstanceId id, Home home) throws SQLException {
    Store store = open(id, home);
    clock.advance(Duration.ofDays(2));
    open(TWO, THERE).close();
    assertThat(instances()).isEqualTo(1);
    return store;
  }

  @Test
  void anInstanceThatWasCutOffForDaysReturnsWithItsNextRenewal() throws SQLException {
    try (Store one = openAndForget(ONE, HERE)) {
      WorkOrder waiting = WorkOrders.queued();
      assertThatThrownBy(() -> claimedBy(one)).isInstanceOf(StoreUnavailableException.class);
      Instant started = clock.instant().minus(Duration.ofDays(2));

      assertThat(one.queue().renew(Set.of(waiting.id()), LEASE)).containsExactly(waiting.id());

      WorkOrder order = claimedBy(one);
      assertThat(one.workOrders().update(order.complete(clock.instant()))).isTrue();
      InstanceInfo info = one.instances().find(ONE).orElseThrow();
      assertThat(info.alive()).isTrue();
      assertThat(info.startedAt()).isCloseTo(started, within(1, ChronoUnit.HOURS));
      assertThatThrownBy(() -> new PostgresImport(database.connections(), Optional.empty()).begin())
          .isInstanceOf(DatabaseRefusedException.class);
    }
  }

  @Test
  void aForgottenInstanceDoesNotReturnIfALaterProcessHasItsNameOrItsHome() throws SQLException {
    Store one = openAndForget(ONE, HERE);

    Store name = open(ONE, new Home("elsewhere", "host-c"));
    assertRefused(one);
    name.close();
    clock.advance(Duration.ofDays(2));
    open(TWO, HERE).close();

    assertRefused(one);
  }

  private static void assertRefused(Store store) {
    assertThatThrownBy(() -> store.queue().renew(Set.of(), LEASE))
        .isInstanceOf(StoreUnavailableException.class);
  }

  @Test
  void aForgottenInstanceReturnsOnlyOnceACopyIsComplete() throws SQLException {
    PostgresImport copy = new PostgresImport(database.connections(), Optional.empty());
    try (Store one = open(ONE, HERE)) {
      database.execute("UPDATE instances SET lease_until = now() - interval '2 days'");
      copy.begin();
      assertRefused(one);
      assertThat(instances()).isZero();
      assertAddsNothing(one);

      copy.complete();

      assertThat(one.queue().renew(Set.of(), LEASE)).isEmpty();
      assertThat(one.instances().find(ONE)).isPresent();
    }
  }

  private static void assertAddsNothing(Store store) {
    for (WorkOrder order : List.of(WorkOrders.queued(), WorkOrders.withKey("key"))) {
      assertThatThrownBy(() -> store.workOrders().insert(order))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> store.workOrders().insertAll(List.of(order, WorkOrders.queued())))
          .isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(store.workOrders().findByIdempotencyKey("key")).isEmpty();
    assertThat(store.workOrders().counts().total()).isZero();
  }

  @Test
  void aCopyThatBeginsSeesWhatIsBeingSubmitted() throws Exception {
    PostgresImport copy = new PostgresImport(database.connections(), Optional.empty());
    database.execute(
        """
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
          'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON work_orders DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait();
        """);
    try (Store one = open(ONE, HERE);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection slow = database.connections().getConnection();
        Statement statement = slow.createStatement()) {
      database.execute("UPDATE instances SET lease_until = now() - interval '1 minute'");
      statement.execute("SELECT pg_advisory_lock(1)");
      var submit =
          CompletableFuture.supplyAsync(
              () -> one.workOrders().insert(WorkOrders.queued()), threads);
      while (!database.waitsForALock("INSERT INTO work_orders")) {
        Thread.onSpinWait();
      }
      var begin = CompletableFuture.runAsync(copy::begin, threads);
      while (!begin.isDone() && !database.waitsForALock("LOCK TABLE")) {
        Thread.onSpinWait();
      }

      statement.execute("SELECT pg_advisory_unlock(1)");

      assertThat(submit.join()).isEmpty();
      assertThatThrownBy(begin::join).hasCauseInstanceOf(DatabaseRefusedException.class);
    }
  }

  @Test
  void aForgottenInstanceReturnsToNoOtherDatabase() throws SQLException {
    Store one = openAndForget(ONE, HERE);
    database.execute("UPDATE service SET database_id = gen_random_uuid()");

    assertRefused(one);

    assertThat(instances()).isEqualTo(1);
  }

  /** The later process has not committed yet when the forgotten one looks for it. */
  @Test
  void aForgottenInstanceDoesNotReturnWhileALaterProcessTakesItsHome() throws Exception {
    Store one = openAndForget(ONE, HERE);
    try (Connection opening = database.connections().getConnection();
        Statement statement = opening.createStatement()) {
      opening.setAutoCommit(false);
      statement.execute("SELECT copier FROM service FOR SHARE");

      assertRefused(one);

      opening.rollback();
      opening.setAutoCommit(true);
    }
    assertThat(one.queue().renew(Set.of(), LEASE)).isEmpty();
  }

  private long instances() throws SQLException {
    try (Connection connection = database.connections().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM instances")) {
      row.next();
      return row.getLong(1);
    }
  }
}
