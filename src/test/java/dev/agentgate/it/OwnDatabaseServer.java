package dev.agentgate.it;

import dev.agentgate.FreePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL server that a test may stop, break and replace by its standby. */
final class OwnDatabaseServer implements AutoCloseable {
  private final Path data;
  private final String standbys;
  private final int port = FreePorts.next();
  private @Nullable EmbeddedPostgres server;

  /**
   * @param data its data directory; it is made if it does not exist
   * @param standbys the standbys that a commit waits for
   */
  OwnDatabaseServer(Path data, String standbys) {
    this.data = data;
    this.standbys = standbys;
  }

  /** Starts it, always on the same port. */
  void start() throws IOException {
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setPGStartupWait(Duration.ofMinutes(3))
            .setPort(port)
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("synchronous_standby_names", standbys)
            .setServerConfig("wal_retrieve_retry_interval", "100ms")
            .start();
  }

  int port() {
    return port;
  }

  String url(String database) {
    return started().getJdbcUrl("postgres", database);
  }

  private EmbeddedPostgres started() {
    EmbeddedPostgres running = server;
    if (running == null) {
      throw new IllegalStateException("The server is not running");
    }
    return running;
  }

  /** Executes a statement as the superuser. */
  void execute(String database, String sql) {
    try (Connection connection = started().getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops it in order; its clients lose their connections. */
  void stop() throws IOException {
    started().close();
    server = null;
  }

  /** Makes a standby of this server, which must be stopped. */
  OwnDatabaseServer standby(Path itsData) throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Files.copy(
            file,
            itsData.resolve(data.relativize(file).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    Files.createFile(itsData.resolve("standby.signal"));
    Files.writeString(
        itsData.resolve("postgresql.auto.conf"),
        "primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'\n".formatted(port),
        StandardOpenOption.APPEND);
    return new OwnDatabaseServer(itsData, "");
  }

  /** Ends it as if the machine had lost its power. */
  void crash() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      Machine.kill(Long.parseLong(lines.getFirst().strip()), "QUIT");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      stop();
    }
  }
}
