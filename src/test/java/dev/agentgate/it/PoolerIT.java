package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.FreePorts;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas behind PgBouncer, which gives each transaction another connection. */
class PoolerIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

  @TempDir Path home;

  private final List<Service> replicas = new ArrayList<>();
  private Process pooler;
  private int port;

  @BeforeEach
  void startPooler() throws IOException {
    assumeThat(PROGRAM).isExecutable();
    port = FreePorts.next();
    Path settings = home.resolve("pgbouncer.ini");
    Files.writeString(
        settings,
        """
        [databases]
        * = host=127.0.0.1 port=%d user=postgres
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 10
        ignore_startup_parameters = extra_float_digits
        """
            .formatted(PostgresServer.port(), port));
    // It does not run as root.
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    if (System.getProperty("user.name", "").equals("root")) {
      command.addAll(List.of("-u", "nobody"));
    }
    command.add(settings.toString());
    pooler =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("pooler.log").toFile())
            .start();
    await().atMost(PATIENCE).until(this::isListening);
  }

  private boolean isListening() {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      assertThat(pooler.isAlive()).as("the pooler is alive").isTrue();
      return false;
    }
  }

  @AfterEach
  void close() {
    replicas.forEach(Service::close);
    if (pooler != null) {
      pooler.destroyForcibly();
    }
  }

  private Service replica(String database, String name) throws IOException {
    Service replica =
        Service.in(Files.createDirectories(home.resolve(name)))
            .onPostgres(database)
            .with(
                "QUARKUS_DATASOURCE_JDBC_URL",
                PostgresServer.url(database, port) + "&prepareThreshold=0")
            .with("AGENTGATE_INSTANCE_ID", name)
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1);
    replicas.add(replica);
    replica.start();
    return replica;
  }

  @Test
  void replicasFindEachOthersChangesAlthoughListenDoesNotWork() throws IOException {
    String database = PostgresServer.emptyDatabase();
    Service one = replica(database, "one");
    Service two = replica(database, "two");
    String first = one.client().submit("exec sleep 300");
    one.client().awaitStatus(first, "running");
    String second = one.client().submit("exec sleep 300");
    one.client().awaitStatus(second, "running");
    String third = one.client().submit("exit 0");
    assertThat(one.client().get("/queue/health").json().path("runningCount").asInt()).isEqualTo(2);

    assertThat(two.client().post("/work-orders/" + first + "/cancel").status()).isEqualTo(200);

    assertThat(two.client().awaitEnd(third).path("status").asText()).isEqualTo("completed");
    for (Service replica : replicas) {
      await().atMost(PATIENCE).until(() -> replica.said().contains("LISTEN does not work"));
    }
  }
}
