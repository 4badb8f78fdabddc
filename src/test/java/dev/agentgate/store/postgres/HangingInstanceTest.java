package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.Claim;
import dev.agentgate.store.Claims;
import dev.agentgate.store.SharedStoreFixture;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An instance that is stopped in the middle of a transaction. The connections have no settings of
 * their own, as behind a pooler.
 */
@Timeout(300)
final class HangingInstanceTest extends SharedStoreFixture {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration HANG = Duration.ofMinutes(2);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  protected Store open(InstanceId instance) {
    return database.open(instance, clock, Optional.empty());
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static List<WorkOrder> claim(Store store, Predicate<QueueEntry> admits) {
    return store.queue().claim(new Claim(1, 0, false, Optional.empty(), LEASE, admits));
  }

  private static WorkOrder claimedBy(Store store) {
    return Claims.claimedBy(store, LEASE);
  }

  @Test
  void theOthersGoOnClaiming() throws Exception {
    WorkOrder order = WorkOrders.queued();
    assertThat(one.workOrders().insert(order)).isEmpty();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch resumed = new CountDownLatch(1);
    Future<List<WorkOrder>> hanging =
        threads.submit(() ->
            claim(
                one,
                _ -> {
                  inside.countDown();
                  return awaits(resumed);
                }));
    inside.await();
    try {
      assertThat(threads.submit(() -> claim(two, _ -> true)))
          .succeedsWithin(HANG)
          .satisfies(
              claimed -> assertThat(claimed).extracting(WorkOrder::id).containsExactly(order.id()));
    } finally {
      resumed.countDown();
    }
    assertThatThrownBy(hanging::get).hasCauseInstanceOf(StoreUnavailableException.class);
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Whatever it does after a change, it has no lock that others need. */
  @Test
  void theOthersGoOnWhileAnInstanceTidiesUp() throws Exception {
    database.execute(
        "INSERT INTO changes (order_id, revision, status)"
            + " SELECT '%s', n, 'queued' FROM generate_series(1, 10001) AS n"
                .formatted(WorkOrders.queued().id()));
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch resumed = new CountDownLatch(1);
    Store hanging =
        PostgresStore.open(
            new Database(
                hangingInCommits(
                    DataSource.class,
                    database.connections(),
                    () -> {
                      inside.countDown();
                      return awaits(resumed);
                    }),
                FreshDatabase.MOST,
                () -> {}),
            new Member(new InstanceId("hanging"), new Home("home", "host"), Optional.empty()),
            clock,
            Optional.empty(),
            UnaryOperator.identity());
    try {
      await()
          .atMost(HANG)
          .until(() ->
              inside.getCount() == 0 || database.count("SELECT count(*) FROM changes") <= 10_000);

      assertThat(threads.submit(() -> two.queue().setPaused(true))).succeedsWithin(HANG);
    } finally {
      resumed.countDown();
      hanging.close();
    }
  }

  /** Returns the same, but the thread that tidies up hangs before its commits. */
  private static <T> T hangingInCommits(Class<T> type, Object what, BooleanSupplier hang) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              if (method.getName().equals("commit")
                  && Thread.currentThread().getName().equals("store-notifier")) {
                assertThat(hang.getAsBoolean()).isTrue();
              }
              try {
                Object result = method.invoke(what, arguments);
                return method.getName().equals("getConnection")
                    ? hangingInCommits(Connection.class, result, hang)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void nobodyWaitsWithoutEndForALock() throws Exception {
    WorkOrder order = claimedBy(one);
    try (Connection hanging = database.connections().getConnection()) {
      hanging.setAutoCommit(false);
      lock(hanging, "SELECT pg_advisory_xact_lock(" + Locks.CLAIMS + ", hashtext('public'))");
      lock(hanging, "SELECT FROM work_orders FOR UPDATE");
      lock(hanging, "SELECT FROM instances FOR UPDATE");

      List<Future<?>> waiting =
          List.of(
              waits(() -> claim(two, _ -> true)),
              waits(() -> one.workOrders().update(order.complete(clock.instant()))),
              waits(() -> one.queue().renew(Set.of(), LEASE)));

      for (Future<?> each : waiting) {
        assertThat(each)
            .failsWithin(HANG)
            .withThrowableThat()
            .withCauseInstanceOf(StoreUnavailableException.class);
      }
      hanging.rollback();
      hanging.setAutoCommit(true);
    }
  }

  private Future<?> waits(Callable<?> step) {
    return threads.submit(step);
  }

  private static void lock(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void theOrdersOfOtherSilentInstancesAreTakenOver() throws Exception {
    Store three = open(new InstanceId("three"));
    claimedBy(one);
    WorkOrder order = claimedBy(three);
    clock.advance(LEASE);
    try (Connection hanging = database.connections().getConnection()) {
      hanging.setAutoCommit(false);
      lock(hanging, "SELECT FROM instances WHERE id = 'one' FOR UPDATE");

      assertThat(threads.submit(() -> two.queue().takeExpired(LEASE, 9)))
          .succeedsWithin(HANG)
          .satisfies(
              taken -> assertThat(taken).extracting(WorkOrder::id).containsExactly(order.id()));

      hanging.rollback();
      hanging.setAutoCommit(true);
    }
    assertThat(two.queue().takeExpired(LEASE, 9)).hasSize(1);
    three.close();
  }
}
