package dev.agentgate.runtime;

import dev.agentgate.config.Settings;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.linux.KernelFacts;
import dev.agentgate.runtime.check.DatabaseMark;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.file.DirectoryLock;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.store.postgres.DatabaseRefusedException;
import dev.agentgate.store.postgres.Home;
import dev.agentgate.store.postgres.Member;
import dev.agentgate.store.postgres.PostgresStore;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.QueueEntry;
import io.agroal.api.AgroalDataSource;
import io.quarkus.arc.InjectableInstance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.Config;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;

/** Opens the store that the settings name. With the file store, no connection is ever opened. */
@Singleton
class StoreOpening {
  /** {@code EX_CANTCREAT} of {@code sysexits.h}. */
  private static final int NO_DATA_DIRECTORY = 73;

  /** {@code EX_UNAVAILABLE} of {@code sysexits.h}: a later start may succeed. */
  private static final int UNAVAILABLE = 69;

  /** How long a database may take to start, which often happens when the service starts. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final String REJECTED_USER = "28";
  private static final String NO_SUCH_DATABASE = "3D";
  private static final Logger LOG = Logger.getLogger(StoreOpening.class);

  private final Settings settings;
  private final Config config;
  private final InjectableInstance<AgroalDataSource> connections;
  private final InjectableInstance<Flyway> flyway;

  StoreOpening(
      Settings settings,
      Config config,
      InjectableInstance<AgroalDataSource> connections,
      InjectableInstance<Flyway> flyway) {
    this.settings = settings;
    this.config = config;
    this.connections = connections;
    this.flyway = flyway;
  }

  /** Opens the store, once the settings are known to be valid. */
  Store open(Path data, Clock clock) {
    try {
      return settings.store().kind().equals("postgres") ? postgres(data, clock) : file(data, clock);
    } catch (StoreUnavailableException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()), NO_DATA_DIRECTORY);
    }
  }

  /** Returns the password for the database, if there is one. */
  Optional<String> databasePassword() {
    return config.getOptionalValue("quarkus.datasource.password", String.class);
  }

  private FileStore file(Path data, Clock clock) {
    return FileStore.open(data, clock, QueueEntry.order(settings.queue().priorityAging()));
  }

  private Store postgres(Path data, Clock clock) {
    ClassPreload.beginForPostgres();
    DirectoryLock directory = lock(data);
    boolean opened = false;
    try {
      AgroalDataSource database = connections.get();
      checkWhenReachable(database);
      flyway.get().migrate();
      String host = hostName();
      Store store =
          PostgresStore.open(
              database,
              new Member(
                  new InstanceId(settings.instance().id().orElse(host)),
                  home(data, PostgresStore.databaseId(database), host),
                  Optional.of(settings.store().lease())),
              clock,
              settings.queue().priorityAging(),
              () -> release(directory));
      opened = true;
      return store;
    } catch (StoreUnavailableException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()), UNAVAILABLE);
    } catch (DatabaseRefusedException e) {
      throw refused(String.valueOf(e.getMessage()));
    } catch (FlywayException e) {
      throw refused("The tables of the database cannot be prepared: " + e.getMessage());
    } finally {
      if (!opened) {
        release(directory);
      }
    }
  }

  private static Home home(Path data, String database, String host) {
    try {
      // The lock of the directory proves nothing about agents on another machine, which may have
      // mounted it before, so they are another home.
      Home directory = DatabaseMark.open(data, database, host);
      return new Home(directory.id() + "@" + KernelFacts.read().bootId(), host);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StartRefusedException refused(String why) {
    return new StartRefusedException(why, StartRefusedException.CONFIGURATION_ERROR);
  }

  private static DirectoryLock lock(Path data) {
    try {
      Files.createDirectories(data);
      return DirectoryLock.take(data);
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "The data directory cannot be used. Make it a directory that the service may write to, or"
              + " set agentgate.data-dir to another one.",
          e);
    }
  }

  private static void checkWhenReachable(AgroalDataSource database) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    boolean told = false;
    while (true) {
      try {
        PostgresStore.check(database);
        return;
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

  private static void pause() {
    try {
      boolean _ = new CountDownLatch(1).await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new StartRefusedException("The start was interrupted.", UNAVAILABLE);
    }
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void release(DirectoryLock directory) {
    try {
      directory.close();
    } catch (IOException e) {
      LOG.warnf("The lock of the data directory could not be closed: %s", e.getMessage());
    }
  }
}
