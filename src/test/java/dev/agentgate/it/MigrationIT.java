package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.migration.SampleStore;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The orders of a file store in a database: {@code agentgate migrate-store}. */
class MigrationIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String KIND = "AGENTGATE_STORE_KIND";
  private static final String URL = "QUARKUS_DATASOURCE_JDBC_URL";

  @TempDir Path home;
  @TempDir Path otherHome;

  private final String database = PostgresServer.emptyDatabase();

  /** A service on files that knows the database. */
  private Service onFiles() {
    return Service.in(home)
        .without(KIND)
        .with(URL, PostgresServer.url(database))
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)
        .with("AGENTGATE_QUEUE_STAGGER_DELAY", "PT0S");
  }

  private static Service onPostgres(Path home, String database, String name) {
    return Service.in(home)
        .onPostgres(database)
        .with("AGENTGATE_INSTANCE_ID", name)
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)
        .with("AGENTGATE_QUEUE_STAGGER_DELAY", "PT0S");
  }

  /** How a command ended. */
  private record End(int code, String said) {}

  private Process begin(Service service, String... options) {
    List<String> arguments = new ArrayList<>(List.of("migrate-store"));
    arguments.addAll(List.of(options));
    return service.startCommand(home.resolve("said"), arguments.toArray(String[]::new));
  }

  private End migrate(Service service, String... options) throws Exception {
    Process command = begin(service, options);
    assertThat(command.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new End(command.exitValue(), Files.readString(home.resolve("said")));
  }

  private static void stop(Service service) {
    service.terminate();
    assertThat(service.awaitExit()).isEqualTo(143);
  }

  /** What clients see of the orders: all that must be the same on another store. */
  private static Map<String, JsonNode> answers(Client client) {
    Map<String, JsonNode> answers = new TreeMap<>();
    for (JsonNode order : client.orders()) {
      // Only the instance that has the files knows this and the size of the log.
      ((ObjectNode) order).remove("lastActivityAt");
      answers.put(order.path("id").asText(), order);
      for (JsonNode run :
          client.get("/work-orders/" + order.path("id").asText() + "/runs").json().path("items")) {
        ObjectNode shown = (ObjectNode) run;
        shown.remove("instance");
        shown.remove("logBytes");
        String path = "/runs/" + run.path("id").asText();
        shown.put("log", client.get(path + "/log").text());
        shown.put("patch", client.get(path + "/patch").text());
        answers.put(path, shown);
      }
    }
    answers.put("usage", client.get("/usage?from=2020-01-01T00:00:00Z").json());
    answers.put("paused", client.get("/queue/health").json().path("paused"));
    return answers;
  }

  @Test
  void everythingIsAnsweredAsBefore() throws Exception {
    Service files = onFiles().with("AGENTGATE_INSTANCE_ID", "here");
    files.start();
    Client client = files.client();
    String completed = client.submit("echo done; echo new >file; exit 0");
    client.awaitEnd(completed);
    client.awaitEnd(client.submit("echo broken; exit 3"));
    String cancelled = client.submit("echo up; exec sleep 300");
    client.awaitLog(cancelled, "up");
    assertThat(client.post("/work-orders/" + cancelled + "/cancel").status()).isEqualTo(200);
    assertThat(client.post("/queue/pause").status()).isEqualTo(200);
    ObjectNode keyed = Client.script("exit 0");
    String key =
        client.post("/work-orders", keyed, "Idempotency-Key", "k-1").json().path("id").asText();
    for (int priority : List.of(0, 5, -5, 5)) {
      String _ =
          client.submit(
              "exit 0",
              body -> {
                body.put("priority", priority);
                body.putObject("labels").put("team", "one");
              });
    }
    Map<String, JsonNode> before = answers(client);
    List<String> queue = waiting(client);
    stop(files);
    Map<String, String> tree = tree(files.data());

    End plan = migrate(files, "--dry-run");
    assertThat(plan.code()).as(plan.said()).isZero();
    assertThat(plan.said()).contains("Nothing was written", "Orders: 8", "Runs: 3");
    assertThat(tree(files.data())).isEqualTo(tree);
    End copied = migrate(files);
    assertThat(copied.code()).as(copied.said()).isZero();
    assertThat(copied.said()).contains("Everything was copied", "Orders: 8");
    tree.put("database", "written");
    assertThat(tree(files.data())).isEqualTo(tree);
    assertThat(migrate(files).said()).contains("were copied into the database before");

    files.launch();
    assertThat(files.awaitExit()).isEqualTo(78);
    try (Service same = onPostgres(home, database, "here")) {
      same.start();
      assertThat(answers(same.client())).isEqualTo(before);
      assertThat(
              same.client()
                  .post("/work-orders", keyed, "Idempotency-Key", "k-1")
                  .json()
                  .path("id")
                  .asText())
          .isEqualTo(key);
      stop(same);
    }
    // The first one is gone, and so are its files.
    try (Service other = onPostgres(otherHome, database, "other")) {
      other.start();
      assertThat(answers(other.client())).isEqualTo(before);
      assertThat(other.client().post("/queue/resume").status()).isEqualTo(200);
      queue.forEach(id -> other.client().awaitEnd(id));
      assertThat(queue)
          .isSortedAccordingTo(
              Comparator.comparing(id -> Client.time(other.client().order(id), "startedAt")));
    }
  }

  private static List<String> waiting(Client client) {
    return client.orders().stream()
        .filter(order -> order.path("status").asText().equals("queued"))
        .sorted(Comparator.comparingInt(order -> order.path("queuePosition").asInt()))
        .map(order -> order.path("id").asText())
        .toList();
  }

  /** Without the file that names the process that has the lock. */
  private static Map<String, String> tree(Path data) throws IOException {
    Map<String, String> tree = SampleStore.tree(data);
    tree.remove("lock");
    tree.remove("");
    tree.computeIfPresent("database", (_, _) -> "written");
    return tree;
  }

  @Test
  void aCopyThatIsKilledIsCompletedByTheNext() throws Exception {
    SampleStore.fill(home.resolve("data"), 3_000, 1);
    Service service = onPostgres(home, database, "here");
    int kills = 0;
    for (long copied : List.of(1L, 1_000L, 2_900L)) {
      Process command = begin(service);
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !command.isAlive() || copiedOrders() >= copied);
      kills += command.isAlive() ? 1 : 0;
      assertThat(command.destroyForcibly().waitFor()).isNotEqualTo(65);
    }
    assertThat(kills).isPositive();

    End end = migrate(service);

    assertThat(end.code()).as(end.said()).isZero();
    try (service) {
      service.start();
      assertThat(service.client().get("/work-orders?limit=1").json().path("total").asInt())
          .isEqualTo(3_000);
    }
  }

  @Test
  void aCopyThatIsStoppedForAWhileGoesOn() throws Exception {
    SampleStore.fill(home.resolve("data"), 3_000, 1);
    Process command = begin(onPostgres(home, database, "here"));
    await().atMost(PATIENCE).until(() -> !command.isAlive() || copiedOrders() > 0);
    // Until it is stopped in the middle of a step.
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          Machine.kill(command.pid(), "STOP");
          if (idleInTransaction(Duration.ZERO) > 0) {
            return true;
          }
          Machine.kill(command.pid(), "CONT");
          return !command.isAlive();
        });
    assertThat(command.isAlive()).isTrue();

    await()
        .atMost(PATIENCE)
        .until(() ->
            idleInTransaction(Duration.ofSeconds(12)) > 0 || idleInTransaction(Duration.ZERO) == 0);
    Machine.kill(command.pid(), "CONT");

    assertThat(command.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(command.exitValue()).as(Files.readString(home.resolve("said"))).isZero();
  }

  /** How many connections have done nothing in the middle of a transaction for so long. */
  private long idleInTransaction(Duration time) {
    return count(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND state = 'idle in transaction'"
            + " AND state_change <= clock_timestamp() - interval '%d s'"
                .formatted(time.toSeconds()));
  }

  /** How many orders are there; none before there are tables. */
  private long copiedOrders() {
    return count("SELECT count(*) FROM work_orders");
  }

  private long count(String query) {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      return 0;
    }
  }

  @Test
  void itRefusesWhatWouldLoseOrMixOrders() throws Exception {
    Service files = onFiles();
    assertThat(migrate(files))
        .satisfies(end -> assertThat(end.code()).isEqualTo(78))
        .satisfies(end -> assertThat(end.said()).contains("holds no orders of the file store"));
    files.start();
    String running = files.client().submit("echo up; exec sleep 300");
    files.client().awaitLog(running, "up");

    End inUse = migrate(files);
    assertThat(inUse.code()).as(inUse.said()).isEqualTo(73);
    assertThat(inUse.said()).contains("in use by process " + files.pid()).doesNotContain("\tat ");
    files.kill9();
    End alive = migrate(files);
    assertThat(alive.code()).as(alive.said()).isEqualTo(75);
    assertThat(alive.said()).contains("Orders are running", running);

    try (files) {
      files.start();
      stop(files);
      PostgresServer.execute("ALTER DATABASE " + database + " SET synchronous_commit = off");
      End unsafe = migrate(files);
      assertThat(unsafe.code()).as(unsafe.said()).isEqualTo(78);
      assertThat(unsafe.said()).contains("synchronous_commit is off");
      PostgresServer.execute("ALTER DATABASE " + database + " RESET synchronous_commit");
      try (Service other = onPostgres(otherHome, database, "other")) {
        other.start();
        End shared = migrate(files);
        assertThat(shared.code()).as(shared.said()).isEqualTo(75);
        assertThat(shared.said()).contains("The instance other on ");
        String _ = other.client().submit("exit 0");
      }
      End mixed = migrate(files);
      assertThat(mixed.code()).as(mixed.said()).isEqualTo(78);
      assertThat(mixed.said()).contains("already holds orders of a service");
    }
  }
}
