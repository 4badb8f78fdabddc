package dev.agentgate.runtime;

import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.config.ValueForms;
import dev.agentgate.migration.MigrationFailedException;
import dev.agentgate.migration.StoreMigration;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.runtime.MigrationStart.Request;
import dev.agentgate.runtime.check.DatabaseMark;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.file.DirectoryLock;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.store.file.FileStoreReader;
import dev.agentgate.store.postgres.DatabaseBusyException;
import dev.agentgate.store.postgres.DatabaseRefusedException;
import dev.agentgate.store.postgres.PostgresImport;
import dev.agentgate.store.postgres.PostgresImport.Content;
import io.agroal.api.AgroalDataSource;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Copies the orders of the configured data directory into the configured database. */
@Singleton
class MigrationCommand {
  private static final String URL = "quarkus.datasource.jdbc.url";

  // Of sysexits.h: EX_DATAERR, EX_SOFTWARE, EX_IOERR and EX_TEMPFAIL.
  private static final int UNREADABLE = 65;
  private static final int DEFECT = 70;
  private static final int FILES_FAIL = 74;
  private static final int NOT_NOW = 75;

  private static final Logger LOG = Logger.getLogger(MigrationCommand.class);

  private final Settings settings;
  private final Config config;
  private final ServiceDatabase database;

  MigrationCommand(Settings settings, Config config, ServiceDatabase database) {
    this.settings = settings;
    this.config = config;
    this.database = database;
  }

  /** Does what a user has asked for, and returns the exit code. */
  int run(Request asked) {
    try {
      requireSettings();
      Path data = Path.of(settings.dataDir()).normalize();
      if (!FileStore.isIn(data)) {
        throw ServiceDatabase.refused(
            "The data directory holds no orders of the file store. Name the one that does"
                + " (agentgate.data-dir).");
      }
      try (DirectoryLock _ = lock(data)) {
        migrate(asked, data).forEach(System.out::println);
      }
      return 0;
    } catch (StartRefusedException e) {
      return failed(e, e.exitCode());
    } catch (MigrationFailedException e) {
      return failed(
          e,
          switch (e.reason()) {
            case NOT_NOW -> NOT_NOW;
            case FOREIGN -> StartRefusedException.CONFIGURATION_ERROR;
            case UNREADABLE -> UNREADABLE;
            case DIFFERENT -> DEFECT;
          });
    } catch (DatabaseRefusedException e) {
      return failed(e, StartRefusedException.CONFIGURATION_ERROR);
    } catch (DatabaseBusyException e) {
      return failed(e, NOT_NOW);
    } catch (StoreUnavailableException e) {
      return failed(e, ServiceDatabase.UNAVAILABLE);
    } catch (IOException | UncheckedIOException e) {
      return failed(e, FILES_FAIL);
    } catch (RuntimeException e) {
      LOG.error("The copy failed", e);
      return DEFECT;
    }
  }

  private static DirectoryLock lock(Path data) {
    try {
      return StoreOpening.lock(data);
    } catch (StoreUnavailableException e) {
      throw new StartRefusedException(
          String.valueOf(e.getMessage()), StoreOpening.NO_DATA_DIRECTORY);
    }
  }

  private static int failed(Exception e, int code) {
    say("agentgate: " + String.valueOf(e.getMessage()).strip());
    return code;
  }

  private static void say(String line) {
    System.err.println(line);
  }

  private void requireSettings() {
    List<Problem> problems = ValueForms.problems(config);
    if (!problems.isEmpty()) {
      throw ServiceDatabase.refused(
          problems.stream().map(Problem::toString).collect(Collectors.joining("\n  ")));
    }
    if (config.getOptionalValue(URL, String.class).isEmpty()) {
      throw ServiceDatabase.refused(
          URL
              + " is missing: set QUARKUS_DATASOURCE_JDBC_URL to a URL such as"
              + " jdbc:postgresql://host:5432/agentgate");
    }
    if (ConfiguredPaths.absolute(settings.dataDir()).isEmpty()) {
      throw ServiceDatabase.refused("agentgate.data-dir is not an absolute path");
    }
  }

  private List<String> migrate(Request asked, Path data) throws IOException {
    FileStoreReader files = FileStoreReader.open(data);
    AgroalDataSource connections = database.checked();
    database.requireNoOtherTables();
    if (!asked.dryRun()) {
      connections = database.withTables();
    }
    PostgresImport target = new PostgresImport(connections, settings.queue().priorityAging());
    StoreMigration migration =
        new StoreMigration(
            files,
            new RunFilesTransfer(new RunDirectories(data.resolve("runs"))),
            target,
            new StoreMigration.Options(
                ServiceDatabase.instance(settings),
                settings.store().archiveMaxSize().asLongValue(),
                asked.leaveUnreadable()),
            MigrationCommand::say);
    boolean hasTables = database.hasTables();
    if (hasTables && DatabaseMark.isIn(data)) {
      DatabaseMark.open(data, target.databaseId(), ServiceDatabase.hostName());
      if (target.content() != Content.INCOMPLETE_COPY) {
        return List.of("The orders of this data directory were copied into the database before.");
      }
    }
    if (asked.dryRun()) {
      List<String> plan = migration.plan();
      if (hasTables) {
        target.requireUsable();
      }
      say("Nothing was written. This would be copied:");
      return plan;
    }
    List<String> copied = migration.run(() -> mark(data, target.databaseId()));
    say(
        "Everything was copied, and is the same. Start the service with"
            + " AGENTGATE_STORE_KIND=postgres and the same data directory.");
    return copied;
  }

  private static void mark(Path data, String databaseId) {
    try {
      DatabaseMark.open(data, databaseId, ServiceDatabase.hostName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
