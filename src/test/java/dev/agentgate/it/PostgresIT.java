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
import java.sql.PreparedStatement;
import java.time.Duration;
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
    try (Service service = Service.in(home).onPostgres(database)) {
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
  void aSecondServiceOnADatabaseEndsAndTheFirstGoesOn() {
    try (Service first = Service.in(home).onPostgres(database)) {
      first.start();

      assertThat(refusal(Service.in(otherHome).onPostgres(database)))
          .contains("Another AgentGate uses the database")
          .doesNotContain("\tat ");
      assertThat(first.probe("/q/health/ready").status()).isEqualTo(200);
    }
  }

  @Test
  void ordersThatRunInAnotherDataDirectoryAreNotTouched() {
    try (Service first = Service.in(home).onPostgres(database)) {
      first.start();
      String runs = first.client().submit("exec sleep 300");
      first.client().awaitStatus(runs, "running");
      first.kill9();

      assertThat(
              refusal(
                  Service.in(otherHome)
                      .onPostgres(database)
                      .with("AGENTGATE_INSTANCE_ID", "another")))
          .contains(
              "Orders are running in another data directory",
              "1 of the instance ",
              "docs/postgresql.md");

      first.with("AGENTGATE_INSTANCE_ID", "renamed").start();
      assertThat(first.client().status(runs)).isEqualTo("running");
      assertThat(first.client().order(runs).path("attempt").asInt()).isEqualTo(1);
    }
  }

  @Test
  void theOrdersOfALostMachineAreGivenToAnother() throws Exception {
    Service lost = Service.in(home).onPostgres(database).with("AGENTGATE_INSTANCE_ID", "old");
    try (Service next =
        Service.in(otherHome).onPostgres(database).with("AGENTGATE_INSTANCE_ID", "new")) {
      lost.start();
      String runs = lost.client().submit("exec sleep 300");
      lost.client().awaitStatus(runs, "running");
      lost.kill9();
      Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + runs)
          .forEach(pid -> Machine.kill(pid, "KILL"));
      assertThat(refusal(next)).contains("1 of the instance old");

      String home = Files.readAllLines(next.data().resolve("database")).getLast();
      try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
          PreparedStatement update =
              connection.prepareStatement("UPDATE instances SET home = ? WHERE id = 'old'")) {
        update.setString(1, home);
        update.executeUpdate();
      }
      next.start();

      assertThat(next.client().awaitEnd(runs).path("failureReason").asText()).isEqualTo("lost");
    }
  }

  @Test
  void aServerThatLosesWhatItAcknowledgedIsRefused() {
    PostgresServer.execute("ALTER DATABASE " + database + " SET synchronous_commit = off");

    assertThat(refusal(Service.in(home).onPostgres(database)))
        .contains("synchronous_commit is off", "Set it to on");
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
