package dev.agentgate.store.postgres;

import dev.agentgate.store.SettableClock;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.InstanceId;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A database for each test, and the pool that its stores share. */
public final class FreshDatabase implements BeforeEachCallback, AfterEachCallback {
  /** How many connections a pool has, unless a test says otherwise. */
  public static final int MOST = 20;

  private @Nullable AgroalDataSource connections;

  @Override
  public void beforeEach(ExtensionContext test) throws SQLException {
    connections = pool(PostgresServer.newDatabase());
  }

  @Override
  public void afterEach(ExtensionContext test) {
    connections().close();
  }

  /** Returns a pool of connections to a database. */
  public static AgroalDataSource pool(String url) throws SQLException {
    return pool(url, MOST);
  }

  /** Returns a pool of at most so many connections, which drops broken ones as Quarkus' does. */
  static AgroalDataSource pool(String url, int most) throws SQLException {
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(pool ->
                pool.maxSize(most)
                    .acquisitionTimeout(Duration.ofSeconds(60))
                    .exceptionSorter(new PostgreSQLExceptionSorter())
                    .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
  }

  /** Returns the pool. */
  public AgroalDataSource connections() {
    return Objects.requireNonNull(connections);
  }

  /** Whether a statement that contains this text waits for a lock. */
  boolean waitsForALock(String text) throws SQLException {
    return count(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND wait_event_type = 'Lock' AND query LIKE '%"
                + text
                + "%'")
        > 0;
  }

  /** Returns the number that a query selects. */
  long count(String query) throws SQLException {
    try (Connection connection = connections().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Executes a statement. */
  void execute(String sql) throws SQLException {
    try (Connection connection = connections().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Opens the store whose clock and leases the test moves. */
  Store open(InstanceId instance, SettableClock clock, Optional<Duration> aging) {
    Home home = new Home("home of " + instance, "localhost");
    return open(new Member(instance, home, Optional.empty()), clock, aging);
  }

  Store open(Member member, SettableClock clock, Optional<Duration> aging) {
    return PostgresStore.open(
        new Database(connections(), MOST, () -> {}),
        member,
        clock,
        aging,
        time ->
            time.plus(
                Duration.between(Instant.now(), clock.instant()).truncatedTo(ChronoUnit.MILLIS)));
  }
}
