package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.ChangeFeed;
import dev.agentgate.store.SharedStoreFixture;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrders;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** How instances wake each other. */
final class SignalsTest extends SharedStoreFixture {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension final FreshDatabase database = new FreshDatabase();

  private final Semaphore woken = new Semaphore(0);

  @Override
  protected Store open(InstanceId instance) {
    return database.open(instance, clock, Optional.empty());
  }

  @BeforeEach
  void listen() {
    two.changes().whenOthersChange(woken::release);
  }

  private void awaitWoken() throws InterruptedException {
    assertThat(woken.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aChangeWakesTheOtherInstance() throws InterruptedException {
    woken.drainPermits();
    one.workOrders().insert(WorkOrders.queued());
    awaitWoken();
  }

  @Test
  void aListenerThatFailsIsWokenAgain() throws InterruptedException {
    AtomicBoolean fails = new AtomicBoolean(true);
    two.changes()
        .whenOthersChange(() -> {
          if (fails.getAndSet(false)) {
            throw new IllegalStateException("It fails once");
          }
        });
    one.workOrders().insert(WorkOrders.queued());
    await().atMost(PATIENCE).untilFalse(fails);
    woken.drainPermits();

    one.workOrders().insert(WorkOrders.queued());

    awaitWoken();
  }

  @Test
  void aResumedQueueWakesTheOtherInstance() throws InterruptedException {
    woken.drainPermits();
    one.queue().setPaused(false);
    awaitWoken();
  }

  @Test
  void aReaderIsWokenByAChangeOfTheOtherInstance() throws InterruptedException {
    ChangeFeed.Position before = two.changes().latest();
    one.workOrders().insert(WorkOrders.queued());

    assertThat(two.changes().await(before, PATIENCE)).isTrue();
  }

  @Test
  void aBrokenConnectionIsReplaced() throws Exception {
    leaveIdleConnections();
    database.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """);
    // Each is woken for nothing until it listens again, so wait for that first.
    awaitWoken();
    ChangeFeed.Position before = untilReachable(() -> two.changes().latest());
    WorkOrder order = WorkOrders.queued();
    Optional<WorkOrder> _ = untilReachable(() -> one.workOrders().insert(order));

    assertThat(untilReachable(() -> two.changes().await(before, PATIENCE))).isTrue();
    awaitWoken();
  }

  /** Leaves more connections in the pool than the stores open by themselves. */
  private void leaveIdleConnections() throws SQLException {
    try (Connection first = database.connections().getConnection();
        Connection second = database.connections().getConnection()) {
      assertThat(List.of(first.isClosed(), second.isClosed())).containsOnly(false);
    }
  }

  /** Each connection that the pool still holds fails once. */
  private static <T> T untilReachable(Callable<T> step) {
    return await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(StoreUnavailableException.class)
        .until(step, _ -> true);
  }

  /** Signals are counted until one of another sender arrives, which was sent after them. */
  @Test
  void manyChangesAreFewSignals() throws Exception {
    try (Connection listener = database.connections().getConnection()) {
      try (Statement statement = listener.createStatement()) {
        statement.execute("LISTEN agentgate");
      }
      long began = System.nanoTime();
      for (int i = 0; i < 200; i++) {
        one.workOrders().insert(WorkOrders.queued());
      }
      two.close();
      one.close();
      database.execute("NOTIFY agentgate, 'last'");

      List<String> received = new ArrayList<>();
      while (!received.contains("last")) {
        PGNotification[] signals =
            listener
                .unwrap(PGConnection.class)
                .getNotifications(Math.toIntExact(PATIENCE.toMillis()));
        for (PGNotification signal : signals) {
          received.add(signal.getParameter());
        }
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      assertThat(received.stream().filter(signal -> signal.endsWith("changed")).count())
          .isBetween(1L, 4 + (long) (2 * Signals.PER_SECOND * seconds));
      listener.abort(Runnable::run);
    }
  }
}
