package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cancelled means dead, and every refusal says why. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlIT {
  private static final String IGNORES_TERM = "trap '' TERM; echo began; while :; do sleep 5; done";

  /** Goes on as well, and says what it heard. */
  private static final String HEARS_TERM =
      "trap 'echo asked' TERM; echo began; while :; do sleep 5; done";

  private static final int CLIENTS = 10;

  @TempDir static Path home;

  /** Takes connections and never says a word. */
  private ServerSocket silentRemote;

  private Service service;
  private Client client;

  @BeforeAll
  void startService() throws IOException {
    silentRemote = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    service =
        Service.in(home)
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4)
            .with("AGENTGATE_RUN_KILL_GRACE", "PT3S")
            .with("AGENTGATE_GITHUB_BASE_URL", "http://127.0.0.1:" + silentRemote.getLocalPort());
    client = service.client();
    service.start();
  }

  @AfterAll
  void stopService() throws IOException {
    service.close();
    silentRemote.close();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(service.processes()).isEmpty();
  }

  private String running(String script) {
    String id = client.submit(script);
    client.awaitLog(id, "began");
    return id;
  }

  private Answer cancel(String id) {
    return client.post("/work-orders/" + id + "/cancel");
  }

  private Answer kill(String id, boolean force) {
    return client.post("/work-orders/" + id + "/kill?force=" + force);
  }

  private Answer purge(String id) {
    return client.delete("/work-orders/" + id + "?purge=true");
  }

  private void assertRefused(Answer answer, int status, String detail) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.detail()).isEqualTo(detail);
  }

  @Test
  void aCancelAnswersWhenTheAgentIsDead() {
    String id = running("echo began; sleep 300");
    Answer answer = cancel(id);
    assertThat(service.processes()).isEmpty();
    JsonNode json = answer.json();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(json.path("success").asBoolean()).isTrue();
    assertThat(json.path("killed").asBoolean()).isTrue();
    assertThat(json.path("survivors").asInt()).isZero();
    assertThat(client.status(id)).isEqualTo("cancelled");
    assertRefused(cancel(id), 409, "Work order " + id + " is already in terminal state: cancelled");
  }

  @Test
  void aBatchPurgeGoesOnAfterAnOrderThatCannotBePurged() throws IOException {
    assumeThat(service.keepsOrdersInFiles()).isTrue();
    List<String> ids = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      ids.add(client.submit("true", body -> body.putObject("labels").put("batch", "damaged")));
    }
    ids.forEach(client::awaitEnd);
    String damaged = ids.get(1);
    Path file = service.data().resolve("work-orders").resolve(damaged + ".json");
    await("its file to be written")
        .until(() -> Files.exists(file) && Files.readString(file).contains("completed"));
    String intact = Files.readString(file);
    Files.writeString(file, "no order");
    await("it to be unreadable").until(() -> client.get("/work-orders/" + damaged).status() == 503);

    Answer answer = client.delete("/work-orders?status=completed&label=batch:damaged&purge=true");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode json = answer.json();
    assertThat(json.path("success").asBoolean(true)).isFalse();
    assertThat(json.path("purged").asInt()).isEqualTo(2);
    assertThat(json.path("notPurged").asInt()).isEqualTo(1);
    assertThat(json.path("failures")).hasSize(1);
    assertThat(json.path("failures").path(0).path("workOrderId").asText()).isEqualTo(damaged);
    assertThat(json.path("failures").path(0).path("error").asText()).contains("cannot be read");
    assertThat(client.get("/work-orders/" + ids.get(0)).status()).isEqualTo(404);
    assertThat(client.get("/work-orders/" + ids.get(2)).status()).isEqualTo(404);

    Files.writeString(file, intact);
    await("it to be readable").until(() -> client.get("/work-orders/" + damaged).status() == 200);
    assertThat(purge(damaged).status()).isEqualTo(200);
  }

  @Test
  void aQueuedOrderIsCancelledAndCannotBeKilled() {
    client.post("/queue/pause");
    String id = client.submit("true");
    assertRefused(kill(id, false), 400, "Work order " + id + " is not running (status: queued)");
    assertThat(cancel(id).json().path("killed").asBoolean(true)).isFalse();
    assertThat(client.status(id)).isEqualTo("cancelled");
    assertRefused(kill(id, true), 400, "Work order " + id + " is not running (status: cancelled)");
    client.post("/queue/resume");
  }

  @Test
  void aCompletedOrderCannotBeCancelledOrDeleted() {
    String id = client.submit("true");
    client.awaitEnd(id);
    String refusal = "Work order " + id + " is already in terminal state: completed";
    assertRefused(cancel(id), 409, refusal);
    assertRefused(client.delete("/work-orders/" + id), 409, refusal);
  }

  @Test
  void aKilledOrderFails() {
    String id = running("echo began; sleep 300");
    Answer answer = kill(id, false);
    assertThat(service.processes()).isEmpty();
    assertThat(answer.json().path("success").asBoolean()).isTrue();
    assertThat(answer.json().path("force").asBoolean(true)).isFalse();
    JsonNode order = client.order(id);
    assertThat(order.path("status").asText()).isEqualTo("failed");
    assertThat(order.path("failureReason").asText()).isEqualTo("killed");
    assertThat(order.path("error").asText()).isEqualTo("Force killed by user");
  }

  @Test
  void anAgentThatIgnoresSigtermIsDeadAfterTheGrace() {
    String id = running(IGNORES_TERM);
    Answer answer = cancel(id);
    assertThat(service.processes()).isEmpty();
    assertThat(answer.json().path("durationMs").asLong()).isGreaterThanOrEqualTo(2900L);
  }

  @Test
  void aForcedKillGivesNoGrace() {
    String id = running(HEARS_TERM);
    Answer answer = kill(id, true);
    assertThat(service.processes()).isEmpty();
    assertThat(answer.json().path("force").asBoolean()).isTrue();
    assertThat(client.log(id)).isEqualTo("began\n");
  }

  @Test
  void aKillOvertakesACancelThatWaits(@TempDir Path other) {
    try (Service patient = Service.in(other).with("AGENTGATE_RUN_KILL_GRACE", "PT10M")) {
      patient.start();
      Client its = patient.client();
      String id = its.submit(HEARS_TERM);
      its.awaitLog(id, "began");
      CompletableFuture<Answer> cancel =
          CompletableFuture.supplyAsync(() -> its.post("/work-orders/" + id + "/cancel"));
      its.awaitLog(id, "asked");
      assertThat(its.status(id)).isEqualTo("running");
      Answer kill = its.post("/work-orders/" + id + "/kill?force=true");
      assertThat(kill.json().path("success").asBoolean()).isTrue();
      assertRefused(
          cancel.join(), 409, "Work order " + id + " is already in terminal state: failed");
      assertThat(its.order(id).path("failureReason").asText()).isEqualTo("killed");
    }
  }

  @Test
  void aCallerWhoHangsUpChangesNothing() throws IOException {
    String id = running(HEARS_TERM);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      OutputStream out = socket.getOutputStream();
      String request =
          "POST /api/v1/work-orders/"
              + id
              + "/cancel HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Length: 0\r\n\r\n";
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      client.awaitLog(id, "asked");
    }
    assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("cancelled");
  }

  @Test
  void aDeleteCancels() {
    String id = running("echo began; sleep 300");
    assertThat(client.delete("/work-orders/" + id).text())
        .isEqualTo("{\"success\":true,\"cancelled\":true}");
    assertThat(client.status(id)).isEqualTo("cancelled");
  }

  @Test
  void aPurgeOfARunningOrderLeavesNothing() {
    String id = running(IGNORES_TERM);
    String run = client.order(id).path("currentRunId").asText();
    assertThat(purge(id).text()).isEqualTo("{\"success\":true,\"purged\":true}");
    assertThat(service.processes()).isEmpty();
    assertThat(service.runFiles()).doesNotContain(run);
    assertThat(service.data().resolve("work-orders/" + id + ".json")).doesNotExist();
    assertRefused(purge(id), 404, "Work order " + id + " not found");
  }

  @Test
  void aBatchPurgeTakesWhatItWasAskedFor() {
    client.delete("/work-orders?status=failed&purge=true");
    List<String> failing = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      failing.add(client.submit("exit 1"));
    }
    failing.forEach(client::awaitEnd);
    assertRefused(
        client.delete("/work-orders?status=failed"), 400, "Batch delete requires purge=true");
    assertRefused(
        client.delete("/work-orders?purge=true"), 400, "Status filter required for batch purge");
    assertThat(client.delete("/work-orders?status=broken&purge=true").status()).isEqualTo(400);
    assertThat(client.delete("/work-orders?status=failed&purge=true&dryRun=true").text())
        .isEqualTo("{\"success\":true,\"purged\":0,\"wouldPurge\":3}");
    assertThat(client.delete("/work-orders?status=failed&purge=true&olderThan=7d").text())
        .isEqualTo("{\"success\":true,\"purged\":0}");
    assertThat(client.delete("/work-orders?status=failed&purge=true").text())
        .isEqualTo("{\"success\":true,\"purged\":3}");
    failing.forEach(id -> assertThat(client.get("/work-orders/" + id).status()).isEqualTo(404));
  }

  @Test
  void anOrderIsCancelledWhileGitWaitsForItsRemote() {
    String id =
        client.submit("true", body -> body.putObject("workspaceSource").put("repo", "acme/slow"));
    await().atMost(Duration.ofMinutes(2)).until(() -> !service.processes().isEmpty());
    Answer answer = cancel(id);
    assertThat(service.processes()).isEmpty();
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("survivors").asInt()).isZero();
    assertThat(client.status(id)).isEqualTo("cancelled");
    assertThat(purge(id).status()).isEqualTo(200);
  }

  @Test
  void aCheckoutCountsAgainstTheLimit() {
    String id =
        client.submit(
            "true",
            body -> {
              body.putObject("workspaceSource").put("repo", "acme/slow");
              body.putObject("config").put("maxTime", "2s");
            });
    JsonNode order = client.awaitEnd(id);
    assertThat(order.path("failureReason").asText()).isEqualTo("timeout");
    assertThat(order.path("error").asText()).isEqualTo("Execution timed out");
  }

  @Test
  void anAgentThatExitsInTheInstantOfTheCancelEndsOneWayOnly() {
    int rounds = Rounds.of(40, 400);
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> seen = new ArrayList<>();
    // How much longer the agent takes than the cancel; found by trial, for any machine.
    int lead = 0;
    for (int round = 0; round < rounds; round++) {
      String id = client.submit("sleep " + Math.max(0, lead) / 1000.0);
      client.awaitStatus(id, "running", "completed");
      LockSupport.parkNanos(Math.max(0, -lead) * 1_000_000L);
      Answer answer = cancel(id);
      String status = client.status(id);
      String what = "seed " + seed + ", round " + round + ": " + answer.text() + " " + status;
      assertThat(answer.status()).as(what).isEqualTo(status.equals("cancelled") ? 200 : 409);
      assertThat(status).as(what).isIn("cancelled", "completed");
      assertThat(service.processes()).as(what).isEmpty();
      seen.add(status);
      lead += (status.equals("completed") ? 1 : -1) * random.nextInt(50);
    }
    assertThat(seen).as("both ends were met").contains("cancelled", "completed");
  }

  @Test
  void ofTenClientsWhoEndTheSameOrderOneWins() throws Exception {
    int rounds = 50;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      for (int round = 0; round < rounds; round++) {
        String id = client.submit("sleep 300");
        if (random.nextBoolean()) {
          client.awaitStatus(id, "running");
        }
        List<String> actions = new ArrayList<>();
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          // A kill of an order that waits is refused, so there is always a cancel.
          int action = i == 0 ? 0 : random.nextInt(round % 2 == 0 ? 4 : 3);
          actions.add(List.of("cancel", "kill", "force", "purge").get(action));
          answers.add(
              clients.submit(() ->
                  switch (action) {
                    case 0 -> cancel(id);
                    case 1 -> kill(id, false);
                    case 2 -> kill(id, true);
                    default -> purge(id);
                  }));
        }
        List<String> said = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          said.add(actions.get(i) + " " + answers.get(i).get().status());
        }
        String what = "seed " + seed + ", round " + round + ": " + said;
        assertThat(said)
            .as(what)
            .allMatch(
                one -> one.matches("(cancel|purge) (200|404|409)|(kill|force) (200|400|404)"));
        boolean cancelled = said.contains("cancel 200");
        boolean killed = said.contains("kill 200") || said.contains("force 200");
        assertThat(cancelled && killed).as("both a cancel and a kill won, " + what).isFalse();
        long purged = said.stream().filter("purge 200"::equals).count();
        assertThat(purged).as(what).isLessThanOrEqualTo(1);
        assertThat(cancelled || killed || purged == 1).as(what).isTrue();
        if (purged == 1) {
          assertThat(client.get("/work-orders/" + id).status()).as(what).isEqualTo(404);
        } else {
          assertThat(client.status(id)).as(what).isEqualTo(killed ? "failed" : "cancelled");
          assertThat(purge(id).status()).as(what).isEqualTo(200);
        }
        assertThat(service.processes()).as(what).isEmpty();
      }
    }
    for (String status : List.of("completed", "failed", "cancelled")) {
      client.delete("/work-orders?purge=true&status=" + status);
    }
    assertThat(service.runFiles()).as("seed " + seed).isEmpty();
    if (service.keepsOrdersInFiles()) {
      String[] orders =
          service.data().resolve("work-orders").toFile().list((_, name) -> name.startsWith("wo_"));
      assertThat(orders).as("seed " + seed).isEmpty();
    }
  }
}
