package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.store.postgres.FreshDatabase;
import dev.agentgate.store.postgres.PostgresServer;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ServiceDatabaseTest {
  @Test
  void aChangeOfTheTablesMakesOthersWaitOnlyBrieflyAndIsRepeated() throws Exception {
    try (AgroalDataSource connections =
            FreshDatabase.pool(PostgresServer.url(PostgresServer.emptyDatabase()));
        Connection user = connections.getConnection();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      FluentConfiguration flyway =
          Flyway.configure()
              .dataSource(connections)
              .locations("classpath:dev/agentgate/store/postgres/migration");
      flyway.target("2").load().migrate();
      user.setAutoCommit(false);
      execute(user, "LOCK TABLE runs IN ROW SHARE MODE");
      Flyway latest = flyway.target("latest").load();

      var preparing =
          CompletableFuture.runAsync(() -> ServiceDatabase.prepareTables(latest), threads);
      await().atMost(Duration.ofMinutes(1)).until(() -> somebodyWaits(connections));
      await().atMost(Duration.ofMinutes(1)).until(() -> !somebodyWaits(connections));
      user.commit();
      preparing.join();

      assertThat(latest.info().pending()).isEmpty();
      execute(user, "SELECT delivery, kept_at FROM outbox");
      user.commit();
    }
  }

  private static boolean somebodyWaits(AgroalDataSource connections) throws SQLException {
    try (Connection connection = connections.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT FROM pg_locks WHERE NOT granted AND relation = 'runs'::regclass")) {
      return row.next();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
