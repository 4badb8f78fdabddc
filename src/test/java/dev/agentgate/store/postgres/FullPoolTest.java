package dev.agentgate.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More calls wait for a slow database than there are connections. */
@Timeout(120)
class FullPoolTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final int CONNECTIONS = 8;
  private static final int CALLS = 20;

  @Test
  void theLeaseIsRenewedAllTheSame() throws Exception {
    String url = PostgresServer.newDatabase();
    try (AgroalDataSource pool = FreshDatabase.pool(url, CONNECTIONS);
        AgroalDataSource others = FreshDatabase.pool(url, 2);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection slow = others.getConnection();
        Statement statement = slow.createStatement();
        Store store =
            PostgresStore.open(
                new Database(pool, CONNECTIONS, () -> {}),
                new Member(new InstanceId("one"), new Home("home", "host"), Optional.of(LEASE)),
                new SettableClock(),
                Optional.empty(),
                UnaryOperator.identity())) {
      slow.setAutoCommit(false);
      statement.execute("LOCK TABLE work_orders IN ACCESS EXCLUSIVE MODE");
      for (int i = 0; i < CALLS; i++) {
        var _ = threads.submit(() -> store.workOrders().ids().hasNext());
      }
      await().until(() -> waiting(others) >= CONNECTIONS / 2);

      for (int i = 0; i < CONNECTIONS; i++) {
        assertThat(store.queue().renew(Set.of(), LEASE)).isEmpty();
      }

      slow.rollback();
      slow.setAutoCommit(true);
    }
  }

  private static int waiting(AgroalDataSource connections) throws SQLException {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND wait_event_type = 'Lock'")) {
      row.next();
      return row.getInt(1);
    }
  }
}
