package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.it.Client.Answer;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service on PostgreSQL: what is different from the file store. */
class PostgresIT {
  private static final int CONFIGURATION_ERROR = 78;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path home;
  @TempDir Path otherHome;

  private final String database = PostgresServer.emptyDatabase();

  @Test
  void agentsOutliveAnOutageOfTheDatabaseAndTheEndOfTheService() throws IOException {
    // Longer than this test: what an outage does to a lease is another matter.
    try (Service service =
        Service.in(home).onPostgres(database).with("AGENTGATE_STORE_LEASE", "PT10M")) {
      service.start();
      Client client = service.client();
      Path go = service.outside("go");
      String waits = "until [ -e '" + go + "' ]; do sleep 0.1; done; exit 0";
      String runs = client.submit(waits);
      client.awaitStatus(runs, "running");

      PostgresServer.execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS false");
      PostgresServer.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
              + database
              + "'");
      await().atMost(PATIENCE).until(() -> service.probe("/q/health/ready").status() == 503);
      Answer refused = client.post("/work-orders", Client.script("true"));
      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
      assertThat(service.probe("/q/health/live").status()).isEqualTo(200);

      PostgresServer.execute("ALTER DATABASE " + database + " ALLOW_CONNECTIONS true");
      service.awaitReady();
      assertThat(client.status(runs)).isEqualTo("running");
      String queued = client.submit("exit 0");
      assertThat(client.awaitEnd(queued).path("status").asText()).isEqualTo("completed");

      service.kill9AndRestart();
      assertThat(client.status(runs)).isEqualTo("running");
      Files.createFile(go);
      assertThat(client.awaitEnd(runs).path("status").asText()).isEqualTo("completed");
      assertThat(client.order(runs).path("attempt").asInt()).isEqualTo(1);
      assertThat(client.orders()).hasSize(2);
    }
  }

  @Test
  void aSecondServiceOfTheSameNameEndsAndTheFirstGoesOn() {
    try (Service first = Service.in(home).onPostgres(database)) {
      first.start();

      assertThat(refusal(Service.in(otherHome).onPostgres(database)))
          .contains("An instance with the name ", "agentgate.instance.id")
          .doesNotContain("\tat ");
      assertThat(first.probe("/q/health/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void aRenamedServiceAdoptsWhatRunsInItsDataDirectory() {
    try (Service service =
        Service.in(home).onPostgres(database).with("AGENTGATE_STORE_LEASE", "PT10M")) {
      service.with("AGENTGATE_INSTANCE_ID", "before").start();
      Path begun = service.outside("begun");
      String runs = service.client().submit("touch '" + begun + "'; exec sleep 300");
      // A run that is killed before its agent begins is another case.
      await().atMost(PATIENCE).until(() -> Files.exists(begun));
      service.kill9();

      service.with("AGENTGATE_INSTANCE_ID", "after").start();

      assertThat(service.client().status(runs)).isEqualTo("running");
      assertThat(service.client().order(runs).path("attempt").asInt()).isEqualTo(1);
    }
  }

  @Test
  void aServiceThatMovedToAnotherMachineWaitsForItsLeaseAndFindsItsRunsLost() {
    Service lost = Service.in(home).onPostgres(database).with("AGENTGATE_STORE_LEASE", "PT10S");
    try (Service next =
        Service.in(otherHome).onPostgres(database).with("AGENTGATE_STORE_LEASE", "PT10S")) {
      lost.start();
      String runs = lost.client().submit("exec sleep 300");
      lost.client().awaitStatus(runs, "running");
      lost.kill9();

      next.start();

      assertThat(next.client().awaitEnd(runs).path("failureReason").asText()).isEqualTo("lost");
      assertThat(Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + runs)).isEmpty();
    }
  }

  @Test
  void aServerThatLosesWhatItAcknowledgedIsRefused() {
    PostgresServer.execute("ALTER DATABASE " + database + " SET synchronous_commit = off");

    assertThat(refusal(Service.in(home).onPostgres(database)))
        .contains("synchronous_commit is off", "Set it to on");
  }

  @Test
  void aServiceGoesOnWhileANewerVersionExtendsTheTablesButDoesNotStartOnThem() throws SQLException {
    try (Service service = Service.in(home).onPostgres(database)) {
      service.start();
      for (int i = 0; i < 6; i++) {
        // Often enough for the server to keep the plans of the statements.
        worksOn(service);
      }
      for (String table :
          List.of("instances", "work_orders", "queue", "running", "runs", "changes", "service")) {
        change("ALTER TABLE " + table + " ADD COLUMN later text NOT NULL DEFAULT ''");
      }
      change(
          """
          INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
            checksum, installed_by, execution_time, success)
          VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 1, current_user, 1, true)
          """);
      worksOn(service);

      service.terminate();
      service.awaitExit();
      assertThat(refusal(service))
          .contains("The tables of the database are those of a newer version of AgentGate");
    }
  }

  private static void worksOn(Service service) {
    String id = service.client().submit("exit 0");
    assertThat(service.client().awaitEnd(id).path("status").asText()).isEqualTo("completed");
    assertThat(service.client().get("/instances").json().path("items")).hasSize(1);
  }

  private void change(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aDataDirectoryOfOneKindOfStoreIsRefusedByTheOther() throws IOException {
    assertThat(refusal(Service.in(home).with("AGENTGATE_STORE_KIND", "postgres").without(URL)))
        .contains("quarkus.datasource.jdbc.url is missing");
    Files.writeString(home.resolve("data/database"), "a database\n");
    assertThat(refusal(Service.in(home).without(KIND)))
        .contains("agentgate.store.kind is file, but the data directory belongs to orders");
    Files.delete(home.resolve("data/database"));
    Files.createDirectory(home.resolve("data/journal"));
    assertThat(refusal(Service.in(home).onPostgres(database)))
        .contains("agentgate.store.kind is postgres, but the data directory holds orders");
  }

  private static final String URL = "QUARKUS_DATASOURCE_JDBC_URL";
  private static final String KIND = "AGENTGATE_STORE_KIND";

  private static String refusal(Service service) {
    service.launch();
    assertThat(service.awaitExit()).as(service.said()).isEqualTo(CONFIGURATION_ERROR);
    assertThat(service.said()).contains("AgentGate does not start: ");
    return service.said();
  }
}
