package dev.agentgate.runtime.check;

import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import dev.agentgate.store.file.FileStore;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Checks that a URL is set if orders are kept in a database, and that the data directory belongs to
 * the store. A store treats the files of runs that it does not know as orphans.
 */
@Singleton
class StoreCheck implements StartCheck {
  private static final String KIND = "agentgate.store.kind";
  private static final String URL = "quarkus.datasource.jdbc.url";

  private final boolean inDatabase;
  private final Optional<Path> dataDirectory;
  private final Config config;

  StoreCheck(Settings settings, Config config) {
    inDatabase = settings.store().kind().equals("postgres");
    dataDirectory = ConfiguredPaths.absolute(settings.dataDir());
    this.config = config;
  }

  @Override
  public Stream<Problem> problems() {
    return Stream.of(missingUrl(), foreignDirectory()).flatMap(Optional::stream);
  }

  private Optional<Problem> missingUrl() {
    return inDatabase && config.getOptionalValue(URL, String.class).isEmpty()
        ? Optional.of(
            new Problem(
                URL,
                "is missing, but " + KIND + " is postgres",
                "set QUARKUS_DATASOURCE_JDBC_URL to a URL such as"
                    + " jdbc:postgresql://host:5432/agentgate"))
        : Optional.empty();
  }

  private Optional<Problem> foreignDirectory() {
    // Orders that were copied into a database are still there.
    if (inDatabase
        && dataDirectory.filter(FileStore::isIn).isPresent()
        && dataDirectory.filter(DatabaseMark::isIn).isEmpty()) {
      return Optional.of(
          new Problem(
              KIND,
              "is postgres, but the data directory holds orders of the file store",
              "copy them with `agentgate migrate-store`, set it to file, or name another data"
                  + " directory (agentgate.data-dir)"));
    }
    if (!inDatabase && dataDirectory.filter(DatabaseMark::isIn).isPresent()) {
      return Optional.of(
          new Problem(
              KIND,
              "is file, but the data directory belongs to orders in a database",
              "set it to postgres, or name another data directory (agentgate.data-dir)"));
    }
    return Optional.empty();
  }
}
