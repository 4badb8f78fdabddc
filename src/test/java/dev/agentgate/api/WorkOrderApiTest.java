package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single orders, as a client on this machine sees them. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class WorkOrderApiTest extends ApiFixture {
  @Test
  void aSubmittedOrderIsCreatedAndCanBeRead() {
    Response created =
        post(
            """
            {"taskPrompt":"echo hi","agentType":"shell","workspaceSource":{"type":"empty"},
             "config":{"maxTime":"5m","idleTimeout":1500,"queueTtl":"PT2H","maxAttempts":3,
                       "retryOn":["exit_code"]},
             "maxIterations":7,"priority":-5,"labels":{"team":"checkout","empty":""},
             "unknown":{"deep":[1,2]}}
            """);
    String id = created.path("id");
    created
        .then()
        .statusCode(201)
        .contentType("application/json")
        .header("Location", "/api/v1/work-orders/" + id)
        .header("X-Request-ID", matchesPattern("[A-Za-z0-9._-]{1,128}"))
        .header("Cache-Control", "no-store")
        .body("id", matchesPattern("wo_[0-9A-HJKMNP-TV-Z]{26}"))
        .body("status", is("queued"))
        .body("taskPrompt", is("echo hi"))
        .body("agentType", is("shell"))
        .body("workspaceSource", equalTo(Map.of("type", "empty")))
        .body(
            "config",
            equalTo(
                Map.of(
                    "maxTime",
                    300_000,
                    "idleTimeout",
                    1500,
                    "queueTtl",
                    7_200_000,
                    "maxAttempts",
                    3,
                    "retryOn",
                    List.of("exit_code"))))
        .body("maxIterations", is(7))
        .body("priority", is(-5))
        .body("labels", equalTo(Map.of("team", "checkout", "empty", "")))
        .body("attempt", is(0))
        .body("queuePosition", notNullValue())
        .body("createdAt", matchesPattern(INSTANT))
        .body("$", not(hasKey("currentRunId")))
        .body("$", not(hasKey("startedAt")))
        .body("$", not(hasKey("exitCode")))
        .body("$", not(hasKey("error")));
    String read = given().get("/api/v1/work-orders/" + id).asString();
    assertThat(read).contains("\"blockedBy\":[\"manual\"],");
    assertThat(read.replace("\"blockedBy\":[\"manual\"],", "")).isEqualTo(created.asString());
  }

  @Test
  void theFieldsComeInTheOrderOfTheContract() {
    String answer = post(BODY).then().statusCode(201).extract().asString();
    assertThat(answer)
        .matches(
            "(?s)\\{\"id\":.*\"status\":.*\"taskPrompt\":.*\"agentType\":.*\"workspaceSource\":"
                + ".*\"config\":.*\"priority\":.*\"labels\":.*\"attempt\":.*\"queuePosition\":"
                + ".*\"createdAt\":.*\"updatedAt\":.*\"queuedAt\":[^,]*}");
  }

  @Test
  void theSameIdempotencyKeyAndBodyAnswersTheFirstOrder() {
    String key = UUID.randomUUID().toString();
    String first = submitWithKey(key, BODY).statusCode(201).extract().path("id");
    String reordered =
        """
        { "workspaceSource": {"type":"empty"}, "agentType":"shell", "taskPrompt":"sleep 60",
          "idempotencyKey": "%s" }
        """
            .formatted(key);
    submitWithKey(key, reordered).statusCode(200).body("id", is(first));
    post(reordered).then().statusCode(200).body("id", is(first));
    problem(submitWithKey(key, BODY.replace("60", "61")), 409, "idempotency-key-reused");
  }

  @Test
  void twoDifferentIdempotencyKeysAreRefused() {
    String body = BODY.replace("{\"taskPrompt\"", "{\"idempotencyKey\":\"b\",\"taskPrompt\"");
    problem(submitWithKey("a", body), 400, "invalid-request");
    problem(
        given()
            .contentType("application/json")
            .header("Idempotency-Key", "a", "b")
            .body(BODY)
            .post("/api/v1/work-orders")
            .then(),
        400,
        "invalid-request");
  }

  @Test
  void aCancelledOrderCannotBeCancelledAgain() {
    String id = submit();
    given()
        .post("/api/v1/work-orders/" + id + "/cancel")
        .then()
        .statusCode(200)
        .body("success", is(true))
        .body("killed", is(false))
        .body("survivors", is(0))
        .body("durationMs", notNullValue());
    given()
        .get("/api/v1/work-orders/" + id)
        .then()
        .body("status", is("cancelled"))
        .body("cancelledAt", matchesPattern(INSTANT))
        .body("$", not(hasKey("queuePosition")));
    String refusal = "Work order " + id + " is already in terminal state: cancelled";
    problem(given().post("/api/v1/work-orders/" + id + "/cancel").then(), 409, "conflict")
        .body("detail", is(refusal));
    problem(given().delete("/api/v1/work-orders/" + id).then(), 409, "conflict")
        .body("detail", is(refusal));
  }

  @Test
  void aDeleteCancelsAndAPurgeRemoves() {
    String id = submit();
    given()
        .delete("/api/v1/work-orders/" + id)
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "cancelled", true)));
    given()
        .delete("/api/v1/work-orders/" + id + "?purge=true")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "purged", true)));
    problem(given().get("/api/v1/work-orders/" + id).then(), 404, "not-found");
    problem(given().delete("/api/v1/work-orders/" + id + "?purge=true").then(), 404, "not-found");
  }

  @Test
  void aRunIsAskedForAndKilled() {
    String id = submit();
    problem(given().post("/api/v1/work-orders/" + id + "/kill").then(), 400, "not-running")
        .body("detail", is("Work order " + id + " is not running (status: queued)"));
    String run =
        given()
            .post("/api/v1/work-orders/" + id + "/runs")
            .then()
            .statusCode(202)
            .body("success", is(true))
            .body("started", is(true))
            .extract()
            .path("runId");
    given()
        .get("/api/v1/work-orders/" + id)
        .then()
        .body("status", is("running"))
        .body("attempt", is(1))
        .body("currentRunId", is(run))
        .body("startedAt", matchesPattern(INSTANT))
        .body("timeoutAt", matchesPattern(INSTANT));
    problem(given().post("/api/v1/work-orders/" + id + "/runs").then(), 409, "conflict");
    given()
        .get("/api/v1/runs/" + run)
        .then()
        .statusCode(200)
        .body("id", is(run))
        .body("workOrderId", is(id))
        .body("attempt", is(1))
        .body("startedAt", matchesPattern(INSTANT))
        .body("logBytes", notNullValue());
    given()
        .get("/api/v1/work-orders/" + id + "/runs")
        .then()
        .statusCode(200)
        .body("items.id", contains(run));
    given()
        .post("/api/v1/work-orders/" + id + "/kill?force=true")
        .then()
        .statusCode(200)
        .body("success", is(true))
        .body("force", is(true))
        .body("survivors", is(0))
        .body("durationMs", notNullValue());
    given()
        .get("/api/v1/work-orders/" + id)
        .then()
        .body("status", is("failed"))
        .body("failureReason", is("killed"))
        .body("error", is("Force killed by user"))
        .body("failedAt", matchesPattern(INSTANT));
    problem(
        given().post("/api/v1/work-orders/" + id + "/kill?force=yes").then(),
        400,
        "invalid-request");
  }

  @Test
  void aCallerWhoHangsUpChangesNothing() throws IOException {
    String id =
        post(BODY.replace(
                "sleep 60", "trap 'echo asked' TERM; echo ready; while :; do sleep 1; done"))
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    String run =
        given()
            .post("/api/v1/work-orders/" + id + "/runs")
            .then()
            .statusCode(202)
            .extract()
            .path("runId");
    awaitLog(run, "ready");
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      socket
          .getOutputStream()
          .write(head("POST", "/api/v1/work-orders/" + id + "/cancel", "Content-Length: 0"));
      awaitLog(run, "asked");
    }
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() ->
            given()
                .get("/api/v1/work-orders/" + id)
                .then()
                .body("status", is("cancelled"))
                .body("cancelledAt", matchesPattern(INSTANT)));
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() ->
            given()
                .get("/api/v1/work-orders/" + id + "/runs")
                .then()
                .body("items.status", contains("cancelled")));
  }

  private static void awaitLog(String run, String word) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> given().get("/api/v1/runs/" + run + "/log").asString().contains(word));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
        "wo_01K9Z4J0W3V7S5T8Q2N6M4B1C",
        "wo_01k9z4j0w3v7s5t8q2n6m4b1cd",
        "run_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
        "x",
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e",
        "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD;a=b",
        "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD%00"
      })
  void anIdThatDoesNotExistOrIsNoneIsNotFound(String id) {
    for (String path :
        List.of("/work-orders/" + id, "/work-orders/" + id + "/runs", "/runs/" + id)) {
      problem(given().urlEncodingEnabled(false).get("/api/v1" + path).then(), 404, "not-found");
    }
    problem(
        given().urlEncodingEnabled(false).post("/api/v1/work-orders/" + id + "/cancel").then(),
        404,
        "not-found");
  }
}
