package dev.agentgate.ops;

import static dev.agentgate.ops.ServiceClient.ORDERS;
import static dev.agentgate.ops.ServiceClient.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who did what to which order is written down, and who was kept from it. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class AuditLogTest {
  private static final Path FILE = OpsProfile.DATA.resolve("logs/audit.jsonl");
  private static final String UNKNOWN_ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";

  @Test
  void everyChangeIsALineWithItsCallerItsOrderAndItsOutcome() {
    Instant before = Instant.now().minusMillis(1);
    String id = ServiceClient.submit("audit-1", "sleep 30").then().extract().path("id");
    ServiceClient.awaitStatus(id, "running");
    as(OpsProfile.OPERATOR_KEY).header("X-Request-ID", "audit-2").post(path(id, "/cancel"));
    as(OpsProfile.OPERATOR_KEY).header("X-Request-ID", "audit-3").post(path(id, "/cancel"));
    as(OpsProfile.ADMIN_KEY).header("X-Request-ID", "audit-4").delete(path(id, "?purge=true"));
    as(OpsProfile.ADMIN_KEY).header("X-Request-ID", "audit-5").post("/api/v1/queue/resume");
    as(OpsProfile.VIEWER_KEY).header("X-Request-ID", "audit-6").get(ORDERS);

    expect("audit-1", "olga", "operator", "submit", id, 201);
    expect("audit-2", "olga", "operator", "cancel", id, 200);
    expect("audit-3", "olga", "operator", "cancel", id, 409);
    expect("audit-4", "ada", "admin", "purge", id, 200);
    expect("audit-5", "ada", "admin", "resume", "", 200);
    assertThat(Instant.parse(line("audit-1").path("time").asText()))
        .isBetween(before, Instant.now());
    assertThat(lines()).noneMatch(line -> line.path("requestId").asText().equals("audit-6"));
  }

  @Test
  void whoIsRefusedIsWrittenDownAsWell() {
    as("wrong").header("X-Request-ID", "refused-1").post(path(UNKNOWN_ORDER, "/cancel"));
    as(OpsProfile.VIEWER_KEY)
        .header("X-Request-ID", "refused-2")
        .post(path(UNKNOWN_ORDER, "/kill"));
    as(OpsProfile.OPERATOR_KEY)
        .header("X-Request-ID", "refused-3")
        .delete(path(UNKNOWN_ORDER, "?purge=true"));
    as(OpsProfile.OPERATOR_KEY).header("X-Request-ID", "refused-4").body("{").post(ORDERS);
    as(OpsProfile.ADMIN_KEY)
        .header("X-Request-ID", "refused-5")
        .contentType("text/plain")
        .body("x")
        .post(ORDERS);
    as("wrong").header("X-Request-ID", "refused-6").post("/api/v1/nowhere");

    expect("refused-1", "unknown", "", "cancel", UNKNOWN_ORDER, 401);
    expect("refused-2", "vito", "viewer", "kill", UNKNOWN_ORDER, 403);
    expect("refused-3", "olga", "operator", "purge", UNKNOWN_ORDER, 403);
    expect("refused-4", "olga", "operator", "submit", "", 400);
    expect("refused-5", "ada", "admin", "submit", "", 415);
    expect("refused-6", "unknown", "", "unknown", "", 401);
  }

  private static String path(String id, String rest) {
    return ORDERS + "/" + id + rest;
  }

  private static void expect(
      String requestId, String who, String role, String action, String order, int outcome) {
    JsonNode line = line(requestId);
    assertThat(line.path("who").asText()).isEqualTo(who);
    assertThat(line.path("role").asText()).isEqualTo(role);
    assertThat(line.path("action").asText()).isEqualTo(action);
    assertThat(line.path("workOrderId").asText()).isEqualTo(order);
    assertThat(line.path("outcome").asInt()).isEqualTo(outcome);
  }

  private static JsonNode line(String requestId) {
    List<JsonNode> found =
        await()
            .atMost(Duration.ofMinutes(2))
            .until(
                () ->
                    lines().stream()
                        .filter(line -> line.path("requestId").asText().equals(requestId))
                        .toList(),
                list -> !list.isEmpty());
    assertThat(found).as(requestId).hasSize(1);
    return found.getFirst();
  }

  private static List<JsonNode> lines() {
    ObjectMapper json = new ObjectMapper();
    try {
      return Files.readAllLines(FILE).stream()
          // The last one may just be written.
          .filter(line -> line.endsWith("}"))
          .map(line -> {
            try {
              return json.readTree(line);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
