package dev.agentgate.runtime;

import dev.agentgate.config.Settings;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.store.postgres.DatabaseRefusedException;
import dev.agentgate.store.postgres.PostgresStore;
import dev.agentgate.workorder.InstanceId;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.InjectableInstance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The database that the settings name. No connection is opened before it is asked for. */
@Singleton
class ServiceDatabase {
  /** {@code EX_UNAVAILABLE} of {@code sysexits.h}: a later start may succeed. */
  static final int UNAVAILABLE = 69;

  /** How long a database may take to start, which often happens when the service starts. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final String REJECTED_USER = "28";
  private static final String NO_SUCH_DATABASE = "3D";

  /** Classes of SQL states: connection, transaction rolled back, resources, locks, operator. */
  private static final Set<String> TRANSIENT = Set.of("08", "40", "53", "55", "57");

  private static final Logger LOG = Logger.getLogger(ServiceDatabase.class);

  private final InjectableInstance<AgroalDataSource> connections;
  private final InjectableInstance<Flyway> flyway;

  ServiceDatabase(
      InjectableInstance<AgroalDataSource> connections, InjectableInstance<Flyway> flyway) {
    this.connections = connections;
    this.flyway = flyway;
  }

  /**
   * Waits until the database can be reached, checks that it keeps what it acknowledges, and makes
   * or changes the tables.
   *
   * @throws StartRefusedException if the database cannot be used
   * @throws DatabaseRefusedException if it does not keep what it acknowledges
   */
  AgroalDataSource withTables() {
    AgroalDataSource database = checked();
    try {
      prepareTables(flyway.get());
    } catch (FlywayException e) {
      throw refused("The tables of the database cannot be prepared: " + e.getMessage());
    }
    return database;
  }

  /** Repeats what fails for the moment: other instances are at work in the tables. */
  static void prepareTables(Flyway flyway) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        requireNotNewer(flyway);
        flyway.migrate();
        return;
      } catch (FlywayException e) {
        if (!isTransient(e)) {
          throw e;
        }
        if (System.nanoTime() - until > 0) {
          throw new StartRefusedException(
              "The tables of the database cannot be prepared now: " + e.getMessage(), UNAVAILABLE);
        }
        LOG.warnf("The tables of the database cannot be prepared, retrying: %s", reason(e));
        pause();
      }
    }
  }

  private static boolean isTransient(FlywayException failure) {
    return sqlCause(failure)
        .map(cause -> String.valueOf(cause.getSQLState()))
        .filter(state -> state.length() == 5 && TRANSIENT.contains(state.substring(0, 2)))
        .isPresent();
  }

  private static @Nullable String reason(FlywayException failure) {
    return sqlCause(failure).map(SQLException::getMessage).orElse(failure.getMessage());
  }

  private static Optional<SQLException> sqlCause(FlywayException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return Optional.of(sql);
      }
    }
    return Optional.empty();
  }

  /** Flyway itself would advise to repair tables that are in order. */
  private static void requireNotNewer(Flyway flyway) {
    for (MigrationInfo applied : flyway.info().applied()) {
      if (applied.getState() == MigrationState.FUTURE_SUCCESS) {
        throw refused(
            "The tables of the database are those of a newer version of AgentGate. Start that"
                + " version, or a later one.");
      }
    }
  }

  /**
   * Requires that the database has no tables, or those of this version: those of another version
   * are in use, and must not be changed in passing.
   *
   * @throws StartRefusedException if it has others
   */
  void requireNoOtherTables() {
    requireNotNewer(flyway.get());
    MigrationInfoService tables = flyway.get().info();
    if (tables.applied().length > 0 && tables.pending().length > 0) {
      throw refused(
          "The database has the tables of an earlier version of AgentGate. Name an empty database.");
    }
  }

  /** Whether {@link #withTables} would leave the tables as they are. */
  boolean hasTables() {
    return flyway.get().info().pending().length == 0;
  }

  /** Does the same as {@link #withTables}, but leaves the tables as they are. */
  AgroalDataSource checked() {
    AgroalDataSource database = connections.get();
    long until = System.nanoTime() + PATIENCE.toNanos();
    boolean told = false;
    while (true) {
      try {
        PostgresStore.check(database);
        return database;
      } catch (SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (state.startsWith(REJECTED_USER) || state.startsWith(NO_SUCH_DATABASE)) {
          throw refused("The database refuses the connection: " + e.getMessage());
        }
        if (System.nanoTime() - until > 0) {
          throw new StartRefusedException(
              "The database cannot be reached: " + e.getMessage(), UNAVAILABLE);
        }
        if (!told) {
          LOG.warnf("Waiting for the database: %s", e.getMessage());
          told = true;
        }
        pause();
      }
    }
  }

  static StartRefusedException refused(String why) {
    return new StartRefusedException(why, StartRefusedException.CONFIGURATION_ERROR);
  }

  private static void pause() {
    try {
      boolean _ = new CountDownLatch(1).await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new StartRefusedException("The start was interrupted.", UNAVAILABLE);
    }
  }

  /** Returns the instance that this service is among those that share the database. */
  static InstanceId instance(Settings settings) {
    return new InstanceId(settings.instance().id().orElseGet(ServiceDatabase::hostName));
  }

  static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
