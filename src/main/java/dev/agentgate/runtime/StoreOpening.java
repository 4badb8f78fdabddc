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
import dev.agentgate.workorder.QueueEntry;
import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Opens the store that the settings name. With the file store, no connection is ever opened. */
@Singleton
class StoreOpening {
  /** {@code EX_CANTCREAT} of {@code sysexits.h}. */
  static final int NO_DATA_DIRECTORY = 73;

  private static final Logger LOG = Logger.getLogger(StoreOpening.class);

  private final Settings settings;
  private final Config config;
  private final ServiceDatabase database;

  StoreOpening(Settings settings, Config config, ServiceDatabase database) {
    this.settings = settings;
    this.config = config;
    this.database = database;
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
    return FileStore.open(
        data, clock, QueueEntry.order(settings.queue().priorityAging()), KernelFacts.readBootId());
  }

  private Store postgres(Path data, Clock clock) {
    ClassPreload.beginForPostgres();
    DirectoryLock directory = lock(data);
    boolean opened = false;
    try {
      AgroalDataSource connections = database.withTables();
      Store store =
          PostgresStore.open(
              connections,
              connections.getConfiguration().connectionPoolConfiguration().maxSize(),
              new Member(
                  ServiceDatabase.instance(settings),
                  home(data, PostgresStore.databaseId(connections), ServiceDatabase.hostName()),
                  Optional.of(settings.store().lease())),
              clock,
              settings.queue().priorityAging(),
              () -> release(directory));
      opened = true;
      return store;
    } catch (StoreUnavailableException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()), ServiceDatabase.UNAVAILABLE);
    } catch (DatabaseRefusedException e) {
      throw ServiceDatabase.refused(String.valueOf(e.getMessage()));
    } finally {
      if (!opened) {
        release(directory);
      }
    }
  }

  /** Takes the lock of the data directory, which is created if it is missing. */
  static DirectoryLock lock(Path data) {
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

  private static Home home(Path data, String database, String host) {
    try {
      // The lock of the directory proves nothing about agents on another machine, which may have
      // mounted it before, so they are another home.
      Home directory = DatabaseMark.open(data, database, host);
      return new Home(directory.id() + "@" + KernelFacts.readBootId(), host);
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
