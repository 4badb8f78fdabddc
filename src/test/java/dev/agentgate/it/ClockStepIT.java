package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A wall clock that is set while the service runs, and between two services. */
@Timeout(300)
class ClockStepIT {
  private static final Duration BACK = Duration.ofHours(-2);
  private static final Duration AHEAD = Duration.ofHours(2);

  @TempDir Path home;

  private static Consumer<ObjectNode> config(String field, Object value) {
    return body -> body.withObject("/config").putPOJO(field, value);
  }

  /** Fails at once, and is tried again as often as it may. */
  private static void retried(ObjectNode body) {
    config("maxAttempts", 3).accept(body);
    body.withObject("/config").withArray("/retryOn").add("exit_code");
  }

  private static void awaitRetry(Client client, String id) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> client.order(id),
            order ->
                order.path("status").asText().equals("queued")
                    && order.path("attempt").asInt() > 0);
  }

  private static JsonNode health(Client client) {
    return client.get("/queue/health").json();
  }

  private String untilThereIs(Path file) {
    return "until [ -e " + file + " ]; do sleep 0.05; done";
  }

  @Test
  void aRetryComesAndWhatIsOldGoesWhileTheClockIsSetBack() {
    WallClock clock = WallClock.in(home);
    try (Service service =
        clock
            .of(Service.in(home))
            .with("AGENTGATE_MAINTENANCE_RETENTION", "PT1S")
            .with("AGENTGATE_MAINTENANCE_ORPHAN_CLEANUP_EVERY", "PT0.2S")) {
      service.start();
      Client client = service.client();
      String retried = client.submit("exit 4", ClockStepIT::retried);
      awaitRetry(client, retried);
      clock.set(BACK);
      String after = client.submit("true");
      assertThat(after).as("ids go on").isGreaterThan(retried);
      for (String id : new String[] {retried, after}) {
        await("order " + id + " to end, and to be purged a second later")
            .atMost(Duration.ofMinutes(2))
            .until(() -> client.get("/work-orders/" + id).status() == 404);
      }
      assertThat(service.said()).contains("The wall clock was set");
    }
  }

  @Test
  void nothingGrowsOldWhenTheClockIsSetForward() throws IOException {
    WallClock clock = WallClock.in(home);
    try (Service service = clock.of(Service.in(home)).with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)) {
      Path enough = service.outside("enough");
      service.start();
      Client client = service.client();
      String running =
          client.submit("echo begun; " + untilThereIs(enough), config("idleTimeout", "20m"));
      String waiting = client.submit("true", config("queueTtl", "30m"));
      client.awaitLog(running, "begun");
      clock.set(AHEAD);
      assertYoung(service);
      Files.createFile(enough);
      assertThat(client.awaitEnd(running).path("status").asText()).isEqualTo("completed");
      assertThat(client.awaitEnd(waiting).path("status").asText()).isEqualTo("completed");
    }
  }

  @Test
  void aRunIsAsOldAsItIsWhenTheClockIsSetForwardBetweenTwoServices() throws IOException {
    WallClock clock = WallClock.in(home);
    try (Service service = clock.of(Service.in(home))) {
      Path enough = service.outside("enough");
      service.start();
      Client client = service.client();
      String running =
          client.submit(
              "echo begun; " + untilThereIs(enough),
              config("idleTimeout", "20m").andThen(config("maxTime", "25m")));
      client.awaitLog(running, "begun");
      service.kill9();
      clock.set(AHEAD);
      service.start();
      await().untilAsserted(() -> assertYoung(service));
      Files.createFile(enough);
      assertThat(client.awaitEnd(running).path("status").asText()).isEqualTo("completed");
    }
  }

  @Test
  void theStaggerDelayIsAsLongAsItIsWhereverTheClockIsSet() {
    Duration delay = Duration.ofSeconds(2);
    WallClock clock = WallClock.in(home);
    try (Service service =
        clock.of(Service.in(home)).with("AGENTGATE_QUEUE_STAGGER_DELAY", delay)) {
      service.start();
      Client client = service.client();
      List<Instant> starts = new ArrayList<>();
      for (Duration ahead : List.of(Duration.ZERO, BACK, AHEAD, Duration.ZERO)) {
        clock.set(ahead);
        String id = client.submit("true");
        assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");
        starts.add(Client.time(client.order(id), "startedAt"));
      }
      for (int next = 1; next < starts.size(); next++) {
        assertThat(Duration.between(starts.get(next - 1), starts.get(next)))
            .as("between start %d and the next, by the service's clock", next)
            .isBetween(delay.minusMillis(100), Duration.ofMinutes(10));
      }
    }
  }

  @Test
  void whatIsDueComesWhileTheClockIsSetBack() throws IOException {
    WallClock clock = WallClock.in(home);
    try (Service service =
        clock
            .of(Service.in(home))
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)
            .with("AGENTGATE_MAINTENANCE_STALE_CHECK_EVERY", "PT0.5S")) {
      Path enough = service.outside("enough");
      service.start();
      Client client = service.client();
      String stopped =
          client.submit("kill -STOP $PPID; echo stopped; " + untilThereIs(enough) + "; exit 7");
      client.awaitLog(stopped, "stopped");
      String idle = client.submit("true", config("queueTtl", "2s"));
      clock.set(BACK);
      JsonNode expired = client.awaitEnd(idle);
      assertThat(expired.path("failureReason").asText()).isEqualTo("queue_expired");
      Files.createFile(enough);
      assertThat(client.awaitEnd(stopped).path("exitCode").asInt())
          .as("of an agent whose leader is stopped")
          .isEqualTo(7);
      String limited = client.submit("echo begun; sleep 300", config("maxTime", "3s"));
      client.awaitLog(limited, "begun");
      clock.set(AHEAD.negated().multipliedBy(2));
      assertThat(client.awaitEnd(limited).path("failureReason").asText()).isEqualTo("timeout");
    }
  }

  private static void assertYoung(Service service) {
    JsonNode health = health(service.client());
    assertThat(health.path("oldestRunningAge").asLong()).isLessThan(600_000);
    assertThat(health.path("alerts")).isEmpty();
    assertThat(service.probe("/q/health/ready").status()).isEqualTo(200);
  }

  @Test
  void aRestartOnAClockThatWasSetBackHoldsNothingUp() {
    WallClock clock = WallClock.in(home);
    clock.set(AHEAD);
    try (Service service = clock.of(Service.in(home)).with("AGENTGATE_QUEUE_MAX_CONCURRENT", 1)) {
      service.start();
      Client client = service.client();
      String retried = client.submit("exit 4", ClockStepIT::retried);
      awaitRetry(client, retried);
      assertThat(client.post("/queue/pause").status()).isEqualTo(200);
      String first = client.submit("true");
      String second = client.submit("true", config("queueTtl", "1h"));
      service.kill9();
      clock.set(Duration.ZERO);
      service.start();
      String third = client.submit("true");
      assertThat(third).isGreaterThan(second);
      await()
          .untilAsserted(() -> {
            assertThat(client.order(first).path("queuePosition").asInt()).isLessThan(3);
            assertThat(Client.time(client.order(second), "queuedAt"))
                .isBeforeOrEqualTo(Instant.now());
          });
      assertThat(client.order(first).path("queuePosition").asInt())
          .isLessThan(client.order(second).path("queuePosition").asInt());
      assertThat(client.order(second).path("queuePosition").asInt())
          .isLessThan(client.order(third).path("queuePosition").asInt());
      assertThat(client.post("/queue/resume").status()).isEqualTo(200);
      JsonNode failed = client.awaitEnd(retried);
      assertThat(failed.path("attempt").asInt()).isEqualTo(3);
      for (String id : new String[] {first, second, third}) {
        assertThat(client.awaitEnd(id).path("status").asText()).isEqualTo("completed");
      }
    }
  }
}
