package dev.agentgate.store.postgres;

import dev.agentgate.FreePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/** One real PostgreSQL for all tests of this process, which ends with it. */
public final class PostgresServer {
  private static final String MIGRATIONS = "classpath:dev/agentgate/store/postgres/migration";
  private static final String TEMPLATE = "template_agentgate";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private PostgresServer() {}

  /** Started when it is first needed. */
  private static final class Started {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        Path data = Files.createTempDirectory("postgres");
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(Duration.ofMinutes(3))
                .setPort(FreePorts.next())
                .setServerConfig("max_connections", "200")
                // What the service demands, and what embedded servers go without.
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> throwAway(data)));
        execute(server, "CREATE DATABASE " + TEMPLATE);
        Flyway.configure()
            .dataSource(server.getDatabase("postgres", TEMPLATE))
            .locations(MIGRATIONS)
            .load()
            .migrate();
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Ends the server at once. Removing hundreds of databases takes long, so nothing waits for it.
   */
  private static void throwAway(Path data) {
    String script = "kill -QUIT $(head -n 1 \"$1/postmaster.pid\"); rm -rf \"$1\"";
    try {
      Process _ =
          new ProcessBuilder("sh", "-c", script, "sh", data.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a database with the store's tables, which does not wait for the disk; returns its URL.
   */
  public static String newDatabase() {
    String name = "agentgate" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE);
    execute("ALTER DATABASE " + name + " SET synchronous_commit = off");
    return url(name);
  }

  /**
   * Makes an empty database, for a service.
   *
   * @return its name
   */
  public static String emptyDatabase() {
    String name = "service" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return name;
  }

  /** Returns the URL of a database. */
  public static String url(String database) {
    return Started.SERVER.getJdbcUrl("postgres", database);
  }

  /** Returns the URL of a database by another port, which leads to the server. */
  public static String url(String database, int port) {
    return url(database).replace(":" + port() + "/", ":" + port + "/");
  }

  /** Returns the port of the server, on loopback. */
  public static int port() {
    return Started.SERVER.getPort();
  }

  /** Executes a statement as the superuser. */
  public static void execute(String sql) {
    execute(Started.SERVER, sql);
  }

  private static void execute(EmbeddedPostgres server, String sql) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
