package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one replica answers about orders that another one runs. */
class RelayIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String WAITS = "echo up; while :; do sleep 1; done";

  @TempDir Path directory;

  private final String database = PostgresServer.emptyDatabase();
  private Service here;
  private Service there;

  @BeforeEach
  void start() throws IOException {
    here = replica("here", false);
    there = replica("there", true);
    here.start();
    there.start();
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
  }

  /**
   * @param starts whether it starts orders by itself
   */
  private Service replica(String name, boolean starts) throws IOException {
    return Service.in(Files.createDirectories(directory.resolve(name)))
        .onPostgres(database)
        .with("AGENTGATE_INSTANCE_ID", name)
        .with("AGENTGATE_STORE_LEASE", "PT10S")
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4)
        .with("AGENTGATE_QUEUE_AUTO_PROCESS", starts);
  }

  /** An order that runs on the other replica and has written to its log. */
  private String runningThere(String script) {
    String id = there.client().submit(script);
    there.client().awaitLog(id, "up");
    return id;
  }

  private String run(String order) {
    return here.client().order(order).path("currentRunId").asText();
  }

  @Test
  void aCancelThroughAnotherReplicaIsAnsweredWhenTheAgentIsDead() throws IOException {
    List<Duration> took = new ArrayList<>();
    for (int i = 0; i < Rounds.of(20, 300); i++) {
      String order = runningThere(WAITS);

      long began = System.nanoTime();
      Answer answer = here.client().post("/work-orders/" + order + "/cancel");
      took.add(Duration.ofNanos(System.nanoTime() - began));

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("killed").asBoolean()).isTrue();
      assertThat(Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + order)).isEmpty();
      assertThat(here.client().status(order)).isEqualTo("cancelled");
    }
    took.sort(Duration::compareTo);
    System.out.printf(
        "Cancel through another replica: p50 %d ms, p99 %d ms, longest %d ms (%d times)%n",
        took.get(took.size() / 2).toMillis(),
        took.get(took.size() * 99 / 100).toMillis(),
        took.getLast().toMillis(),
        took.size());
    // The goal is 200 ms; a busy machine takes longer, but no grace or lease is waited for.
    assertThat(took.getLast()).isLessThan(Duration.ofSeconds(8));
    assertThat(there.data().resolve("logs/audit.jsonl"))
        .content()
        .contains("\"action\":\"cancel\"", "\"outcome\":200");
  }

  @Test
  void theLogOfARunIsReadThroughAnotherReplicaWhileItIsWrittenAndWhenItsReplicaIsGone()
      throws Exception {
    Path go = there.outside("go");
    String order =
        runningThere("echo up; until [ -e '" + go + "' ]; do sleep 0.1; done; echo done; exit 0");
    String run = run(order);
    assertThat(here.client().get("/runs/" + run + "/log").text()).isEqualTo("up\n");
    try (BufferedReader stream =
        new BufferedReader(
            new InputStreamReader(
                here.client().open("/runs/" + run + "/log/stream"), StandardCharsets.UTF_8))) {
      await().atMost(PATIENCE).until(() -> stream.readLine().equals("data: up"));
      Files.createFile(go);
      await().atMost(PATIENCE).until(() -> stream.readLine().equals("data: done"));
    }
    here.client().awaitEnd(order);
    JsonNode ended = here.client().get("/runs/" + run).json();
    assertThat(ended.path("instance").asText()).isEqualTo("there");

    await().atMost(PATIENCE).until(() -> isArchived(run));
    there.kill9();
    await()
        .atMost(PATIENCE)
        .until(() -> here.client().get("/runs/" + run + "/log").text().equals("up\ndone\n"));
    assertThat(here.client().get("/runs/" + run + "/log?tail=1").text()).isEqualTo("done\n");
    // Until its lease is over, the replica may come back and have files of the order.
    await()
        .atMost(PATIENCE)
        .until(() -> here.client().delete("/work-orders/" + order + "?purge=true").status() == 200);
    assertThat(here.client().get("/runs/" + run + "/log").status()).isEqualTo(404);
  }

  /** Whether the run's replica has copied its files, which it does after the end of the run. */
  private boolean isArchived(String run) throws SQLException {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        PreparedStatement select =
            connection.prepareStatement("SELECT FROM run_files WHERE run = ?")) {
      select.setString(1, run);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  @Test
  void anOrderWhoseReplicaDiedIsCancelledOnceItsLeaseIsOver() {
    String order = runningThere(WAITS);
    there.kill9();

    // A busy machine may need longer for the takeover than a call waits.
    Answer answer =
        await()
            .atMost(PATIENCE)
            .until(
                () -> here.client().post("/work-orders/" + order + "/cancel"),
                it -> it.status() != 503);

    // It was taken over and recorded as lost, unless the cancel came between the two.
    assertThat(answer.status()).as(answer.text()).isIn(200, 409);
    assertThat(here.client().status(order)).isIn("failed", "cancelled");
    assertThat(Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + order)).isEmpty();
  }

  @Test
  void everyReplicaListsAllAndPurgesTheFilesOfOthers() {
    String order = runningThere("echo up; exit 0");
    there.client().awaitEnd(order);
    Path files = there.data().resolve("runs").resolve(run(order));
    assertThat(files).isDirectory();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(here.client().get("/instances").json().path("items"))
                .extracting(it -> it.path("id").asText())
                .containsExactly("here", "there"));

    assertThat(here.client().delete("/work-orders/" + order + "?purge=true").status())
        .isEqualTo(200);

    assertThat(files).doesNotExist();
  }

  @Test
  void theEventsOfAReplicaTellTheChangesOfAll() throws IOException {
    try (BufferedReader events =
        new BufferedReader(
            new InputStreamReader(here.client().open("/events"), StandardCharsets.UTF_8))) {
      String order = runningThere("echo up; exit 0");
      for (String status : List.of("queued", "running", "completed")) {
        await()
            .atMost(PATIENCE)
            .until(() -> {
              String line = events.readLine();
              return line.contains(order) && line.contains("\"status\":\"" + status + "\"");
            });
      }
    }
  }
}
