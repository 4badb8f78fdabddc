package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API as a client on this machine sees it; orders wait until a run is asked for. */
@QuarkusTest
@TestProfile(WorkOrderApiTest.OrdersWait.class)
class WorkOrderApiTest {
  private static final String UNKNOWN = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String INSTANT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  private static final String BODY =
      """
      {"taskPrompt":"sleep 60","agentType":"shell","workspaceSource":{"type":"empty"}}
      """;

  @TestHTTPResource("/")
  URI root = URI.create("http://localhost");

  /** Nothing starts by itself. */
  public static class OrdersWait implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("agentgate.queue.auto-process", "false", "agentgate.run.kill-grace", "PT1S");
    }
  }

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
    assertThat(given().get("/api/v1/work-orders/" + id).then().statusCode(200).extract().asString())
        .isEqualTo(created.asString());
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
  void aListIsPagedNewestFirst() {
    String label = UUID.randomUUID().toString();
    String body = BODY.replace("}}", "},\"labels\":{\"batch\":\"" + label + "\"}}");
    List<String> ids =
        Stream.generate(() -> post(body).then().statusCode(201).extract().<String>path("id"))
            .limit(3)
            .toList();
    Response first =
        given()
            .queryParam("label", "batch:" + label)
            .queryParam("status", "queued", "failed")
            .queryParam("agentType", "shell")
            .queryParam("limit", 2)
            .get("/api/v1/work-orders");
    first
        .then()
        .statusCode(200)
        .body("items.id", contains(ids.get(2), ids.get(1)))
        .body("total", is(3))
        .body("limit", is(2))
        .body("hasMore", is(true))
        .body("nextCursor", notNullValue());
    given()
        .queryParam("label", "batch:" + label)
        .queryParam("limit", 2)
        .queryParam("cursor", first.<String>path("nextCursor"))
        .get("/api/v1/work-orders")
        .then()
        .statusCode(200)
        .body("items.id", contains(ids.get(0)))
        .body("hasMore", is(false))
        .body("$", not(hasKey("nextCursor")));
    given()
        .queryParam("label", "batch:" + label)
        .queryParam("status", "failed")
        .get("/api/v1/work-orders")
        .then()
        .statusCode(200)
        .body("items", hasSize(0))
        .body("total", is(0))
        .body("limit", is(20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "status=done",
        "status=QUEUED",
        "status=queued,failed",
        "status=queued&status=x",
        "cursor=x",
        "cursor=%00",
        "cursor=MTp3b18",
        "label=team",
        "label=:x",
        "label=a:b&label=a:c",
        "limit=%E2%82"
      })
  void aBadQueryParameterIsRefused(String query) {
    problem(
        given().urlEncodingEnabled(false).get("/api/v1/work-orders?" + query).then(),
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
  void aBatchPurgeCountsAndRemoves() {
    given().delete("/api/v1/work-orders?status=cancelled&purge=true").then().statusCode(200);
    given().delete("/api/v1/work-orders/" + submit()).then().statusCode(200);
    given()
        .delete("/api/v1/work-orders?status=cancelled&purge=true&dryRun=true")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "purged", 0, "wouldPurge", 1)));
    given()
        .delete("/api/v1/work-orders?status=cancelled&purge=true&olderThan=7d")
        .then()
        .statusCode(200)
        .body("purged", is(0));
    given()
        .delete("/api/v1/work-orders?status=cancelled&purge=true&dryRun=false")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "purged", 1)));
  }

  @Test
  void aBatchPurgeKeepsWhatDoesNotMatch() {
    String label = UUID.randomUUID().toString();
    String labelled =
        post(BODY.replace("}}", "},\"labels\":{\"batch\":\"" + label + "\"}}"))
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    String other = submit();
    String purge = "/api/v1/work-orders?status=queued&purge=true&label=batch:" + label;
    given().delete(purge + "&agentType=codex").then().statusCode(200).body("purged", is(0));
    given().delete(purge + "&dryRun=true").then().statusCode(200).body("wouldPurge", is(1));
    given().delete(purge + "&agentType=shell").then().statusCode(200).body("purged", is(1));
    given().get("/api/v1/work-orders/" + labelled).then().statusCode(404);
    given().get("/api/v1/work-orders/" + other).then().statusCode(200);
    problem(
        given().delete("/api/v1/work-orders/" + other + "?pruge=true").then(),
        400,
        "invalid-request");
  }

  @Test
  void aLargePageIsSentOrderByOrder() {
    String label = UUID.randomUUID().toString();
    String body =
        BODY.replace("sleep 60", "é".repeat(200_000))
            .replace("}}", "},\"labels\":{\"batch\":\"" + label + "\"}}");
    List<String> ids =
        Stream.generate(() -> post(body).then().statusCode(201).extract().<String>path("id"))
            .limit(4)
            .toList();
    String list = "/api/v1/work-orders?limit=3&label=batch:" + label;
    given()
        .get(list)
        .then()
        .statusCode(200)
        .contentType("application/json")
        .header("Transfer-Encoding", "chunked")
        .body("items.id", contains(ids.get(3), ids.get(2), ids.get(1)))
        .body("total", is(4))
        .body("limit", is(3))
        .body("nextCursor", notNullValue())
        .body("hasMore", is(true));
    given().head(list).then().statusCode(200).contentType("application/json");
    given().get(list + "&status=failed").then().header("Content-Length", notNullValue());
    ids.forEach(id -> given().delete("/api/v1/work-orders/" + id + "?purge=true"));
  }

  @ParameterizedTest
  @CsvSource({
    "'',Batch delete requires purge=true",
    "?status=failed,Batch delete requires purge=true",
    "?status=failed&purge=false,Batch delete requires purge=true",
    "?purge=true,Status filter required for batch purge",
    "?purge=true&status=,Status filter required for batch purge",
    "?purge=true&status=done,Unknown status: done",
    "?purge=1,Batch delete requires purge=true",
    "?purge=TRUE&status=failed,Batch delete requires purge=true",
    "?purge=true&purge=false&status=failed,Batch delete requires purge=true",
    "?purge=true&status=failed&labels=a:b,Unknown query parameter: labels",
    "?purge=true&status=failed&label=a,label must be of the form key:value",
    "?purge=true&status=failed&label=,label must have a value",
    "?purge=true&status=failed&agentType=,agentType must have a value",
    "?purge=true&status=failed&dryRun=1,dryRun must be true or false",
    "?purge=true&status=failed&dryRun=,dryRun must have a value",
    "?purge=true&status=failed&olderThan=,olderThan must have a value",
    "?purge=true&status=failed&olderThan=soon,'olderThan must be a duration up to 36500d, as 7d,"
        + " 12h or PT30M'",
    "?purge=true&status=failed&olderThan=99999999999d,'olderThan must be a duration up to 36500d,"
        + " as 7d, 12h or PT30M'"
  })
  void aBatchPurgeNeedsToBeMeant(String query, String detail) {
    problem(given().delete("/api/v1/work-orders" + query).then(), 400, "invalid-request")
        .body("detail", is(detail));
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

  @Test
  void theQueueIsPausedAndResumed() {
    given()
        .post("/api/v1/queue/pause")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "paused", true)));
    given().get("/api/v1/queue/health").then().body("paused", is(true));
    given()
        .post("/api/v1/queue/resume")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "paused", false)));
  }

  @Test
  void theHealthOfTheQueueShowsItsNulls() {
    given()
        .get("/api/v1/queue/health")
        .then()
        .statusCode(200)
        .body("$", hasKey("oldestRunningAge"))
        .body("oldestRunningAge", nullValue())
        .body("oldestRunningId", nullValue())
        .body("maxConcurrent", is(2))
        .body("stuckThreshold", is(1_800_000))
        .body("paused", is(false))
        .body("timestamp", matchesPattern(INSTANT));
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

  static Stream<Arguments> badBodies() {
    return Stream.of(
        Arguments.of("{}", List.of("taskPrompt", "workspaceSource")),
        Arguments.of("{'taskPrompt':null,'workspaceSource':null}", List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':''"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':5"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':['a']"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':{'a':1}"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':true"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':'a\\u0000b'"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':'a\\ud800b'"), List.of("taskPrompt")),
        Arguments.of(with("'taskPrompt':'" + "x".repeat(262_145) + "'"), List.of("taskPrompt")),
        Arguments.of(with("'workspaceSource':'empty'"), List.of("workspaceSource")),
        Arguments.of(with("'workspaceSource':[]"), List.of("workspaceSource")),
        Arguments.of(with("'workspaceSource':{'type':1}"), List.of("workspaceSource.type")),
        Arguments.of(
            with("'workspaceSource':{'url':[],'repo':1,'owner':{},'branch':false,'path':0.5}"),
            List.of(
                "workspaceSource.url",
                "workspaceSource.repo",
                "workspaceSource.owner",
                "workspaceSource.branch",
                "workspaceSource.path")),
        Arguments.of(with("'agentType':7"), List.of("agentType")),
        Arguments.of(with("'agentType':''"), List.of("agentType")),
        Arguments.of(with("'config':'fast'"), List.of("config")),
        Arguments.of(with("'config':{'maxTime':0}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':604800001}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':1.0}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':-1}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':1e3}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':'long'}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':'8d'}"), List.of("config.maxTime")),
        Arguments.of(with("'config':{'maxTime':true}"), List.of("config.maxTime")),
        Arguments.of(
            with("'config':{'maxTime':9223372036854775808,'idleTimeout':'P99999999999999999D'}"),
            List.of("config.maxTime", "config.idleTimeout")),
        Arguments.of(with("'config':{'queueTtl':[1]}"), List.of("config.queueTtl")),
        Arguments.of(with("'config':{'maxAttempts':'3'}"), List.of("config.maxAttempts")),
        Arguments.of(with("'config':{'maxAttempts':11}"), List.of("config.maxAttempts")),
        Arguments.of(with("'config':{'maxAttempts':0}"), List.of("config.maxAttempts")),
        Arguments.of(with("'config':{'retryOn':'timeout'}"), List.of("config.retryOn")),
        Arguments.of(
            with("'config':{'retryOn':['timeout','often',1]}"),
            List.of("config.retryOn[1]", "config.retryOn[2]")),
        Arguments.of(with("'maxIterations':101"), List.of("maxIterations")),
        Arguments.of(with("'maxIterations':1.5"), List.of("maxIterations")),
        Arguments.of(with("'priority':'1'"), List.of("priority")),
        Arguments.of(with("'priority':101"), List.of("priority")),
        Arguments.of(with("'priority':1" + "0".repeat(900)), List.of("priority")),
        Arguments.of(with("'labels':['a']"), List.of("labels")),
        Arguments.of(with("'labels':{'a':1}"), List.of("labels.a")),
        Arguments.of(with("'labels':{'a':null}"), List.of("labels.a")),
        Arguments.of(with("'labels':{'':'x'}"), List.of("labels")),
        Arguments.of(with("'labels':{'" + "k".repeat(64) + "':'x'}"), List.of("labels")),
        Arguments.of(with("'labels':{'a':'" + "v".repeat(64) + "'}"), List.of("labels.a")),
        Arguments.of(with("'labels':" + labels(33)), List.of("labels")),
        Arguments.of(with("'idempotencyKey':''"), List.of("idempotencyKey")),
        Arguments.of(with("'idempotencyKey':'with space'"), List.of("idempotencyKey")),
        Arguments.of(with("'idempotencyKey':'ü'"), List.of("idempotencyKey")),
        Arguments.of(with("'idempotencyKey':12"), List.of("idempotencyKey")),
        Arguments.of(with("'idempotencyKey':'" + "k".repeat(256) + "'"), List.of("idempotencyKey")),
        Arguments.of(
            with("'priority':false,'config':{'maxTime':{}},'labels':0"),
            List.of("priority", "config.maxTime", "labels")));
  }

  // A later member of the same name replaces the default one.
  private static String with(String members) {
    StringBuilder body = new StringBuilder("{" + members);
    if (!members.contains("'taskPrompt'")) {
      body.append(",'taskPrompt':'x'");
    }
    if (!members.contains("'workspaceSource'")) {
      body.append(",'workspaceSource':{'type':'empty'}");
    }
    return body.append("}").toString();
  }

  private static String labels(int count) {
    return Stream.iterate(0, i -> i + 1)
        .limit(count)
        .map(i -> "'l" + i + "':'x'")
        .collect(java.util.stream.Collectors.joining(",", "{", "}"));
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void everyBadValueIsNamed(String body, List<String> fields) {
    problem(post(body.replace('\'', '"')).then(), 400, "invalid-request")
        .body("violations.field", hasItems(fields.toArray()))
        .body("violations.message", not(hasItem(nullValue())));
  }

  static Stream<String> malformedBodies() {
    return Stream.of(
        "",
        " ",
        "null",
        "true",
        "5",
        "\"text\"",
        "[]",
        "[{}]",
        "{",
        "{\"taskPrompt\":}",
        "not json",
        BODY + "x",
        BODY + BODY,
        "{\"taskPrompt\":\"a\",\"taskPrompt\":\"b\",\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"x\":" + "[".repeat(100_000),
        "{\"x\":" + "{\"x\":".repeat(5_000) + "1" + "}".repeat(5_001),
        "{\"x\":[" + "0,".repeat(200_000) + "0]}",
        "{\"x\":" + "9".repeat(5_000) + "}",
        "{\"x\":NaN}",
        "{x:1}",
        "{'x':1}",
        "{\"x\":\"\u0001\"}",
        "\uFEFF" + BODY.strip() + "\uFEFF");
  }

  @ParameterizedTest
  @MethodSource("malformedBodies")
  void aBodyThatIsNoJsonObjectIsRefused(String body) {
    problem(post(body).then(), 400, "invalid-request").body("$", not(hasKey("violations")));
  }

  @Test
  void aBodyThatIsNotUtf8IsRefused() {
    byte[] latin1 = BODY.replace("sleep", "schläft").getBytes(StandardCharsets.ISO_8859_1);
    problem(raw(latin1).post("/api/v1/work-orders").then(), 400, "invalid-request");
    problem(
        raw(BODY.getBytes(StandardCharsets.UTF_16)).post("/api/v1/work-orders").then(),
        400,
        "invalid-request");
  }

  @Test
  void aBodyOf10MbIsTooLarge() {
    byte[] body = "x".repeat(10_000_000).getBytes(StandardCharsets.US_ASCII);
    problem(raw(body).post("/api/v1/work-orders").then(), 413, "payload-too-large");
  }

  @Test
  void aBodyOfUnknownLengthIsTooLargeOnceItIs() throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          head(
              "POST",
              "/api/v1/work-orders",
              "Content-Type: application/json",
              "Transfer-Encoding: chunked"));
      byte[] chunk =
          ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      for (int sent = 0; sent < 80; sent++) {
        out.write(chunk);
      }
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      assertThat(readHead(socket)).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
    }
  }

  @Test
  void everyPlaneOfUnicodeSurvives() {
    StringBuilder prompt = new StringBuilder();
    for (int plane = 0; plane <= 16; plane++) {
      prompt.appendCodePoint(plane * 0x10000 + 0x1234);
    }
    prompt.append("\t\n\u0001\u2028\"\\é");
    String id =
        given()
            .contentType("application/json")
            .body(
                Map.of("taskPrompt", prompt.toString(), "workspaceSource", Map.of("type", "empty")))
            .post("/api/v1/work-orders")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    assertThat(given().get("/api/v1/work-orders/" + id).<String>path("taskPrompt"))
        .isEqualTo(prompt.toString());
  }

  @Test
  void theLongestPromptFitsHoweverItIsEscaped() {
    String body =
        with("'taskPrompt':'" + "\\ud83d\\ude00".repeat(262_144) + "'").replace('\'', '"');
    String id = post(body).then().statusCode(201).extract().path("id");
    given().delete("/api/v1/work-orders/" + id + "?purge=true").then().statusCode(200);
  }

  @Test
  void whatOnlyTheServiceKnowsToBeWrongIsNamedToo() {
    problem(post(BODY.replace("shell", "nobody")).then(), 400, "invalid-request")
        .body("detail", startsWith("Unknown agent type: nobody. Known: "))
        .body("violations.field", contains("agentType"));
    problem(
            post(BODY.replace("{\"type\":\"empty\"}", "{\"repo\":\"shop\"}")).then(),
            400,
            "invalid-request")
        .body(
            "detail",
            is(
                "Could not determine repository owner. Provide url, owner+repo, or owner/repo"
                    + " format."))
        .body("violations.field", contains("workspaceSource"));
    problem(
            post("""
            {"taskPrompt":"x","agentType":"nobody","priority":1000,
             "workspaceSource":{"url":"https://elsewhere.example/a/b"}}
            """)
                .then(),
            400,
            "invalid-request")
        .body(
            "detail",
            is("priority must be an integer from -100 to 100 (and 2 more, see violations)"))
        .body("violations.field", contains("priority", "agentType", "workspaceSource.url"))
        .body("violations[2].message", is("Invalid GitHub URL: https://elsewhere.example/a/b"));
    problem(
            post(BODY.replace("{\"type\":\"empty\"}", "{\"type\":1}")).then(),
            400,
            "invalid-request")
        .body("violations.field", contains("workspaceSource.type"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml", "x"})
  void anotherMediaTypeIsRefused(String type) {
    problem(
        plain().contentType(type).body(BODY).post("/api/v1/work-orders").then(),
        415,
        "unsupported-media-type");
  }

  @Test
  void aMissingMediaTypeIsRefused() throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      socket.getOutputStream().write(head("POST", "/api/v1/work-orders", "Content-Length: 2"));
      socket.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
      assertThat(readHead(socket)).startsWith("HTTP/1.1 415 ").contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/xml",
        "text/html;q=0.9",
        "nonsense",
        "application/json;q=0",
        "application/json; Q=0.000, */*"
      })
  void anAnswerThatTheClientDoesNotAcceptIsRefused(String accept) {
    problem(
        given().header("Accept", accept).get("/api/v1/work-orders").then(), 406, "not-acceptable");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "*/*",
        "*/*;q=0, application/json",
        "text/html, application/xhtml+xml, */*;q=0.8"
      })
  void aProblemComesWhateverIsAccepted(String accept) {
    problem(
        given().header("Accept", accept).get("/api/v1/work-orders/" + UNKNOWN).then(),
        404,
        "not-found");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/x",
        "/api/v1/work-orders/",
        "/api/v1/work-orders/x/y",
        "/api/v2/work-orders",
        "/q/nothing"
      })
  void whatIsNowhereIsAProblemToo(String path) {
    problem(given().urlEncodingEnabled(false).get(path).then(), 404, "not-found");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/work-orders,'DELETE, GET, HEAD, OPTIONS, POST'",
    "PATCH,/work-orders/x,'DELETE, GET, HEAD, OPTIONS'",
    "GET,/work-orders/x/cancel,'OPTIONS, POST'",
    "DELETE,/queue/health,'GET, HEAD, OPTIONS'",
    "TRACE,/runs/x,'GET, HEAD, OPTIONS'"
  })
  void anotherMethodIsNotAllowed(String method, String path, String allow) {
    problem(given().request(method, "/api/v1" + path).then(), 405, "method-not-allowed")
        .header("Allow", allow);
    given().options("/api/v1" + path).then().statusCode(204).header("Allow", allow);
  }

  @Test
  void headIsGetWithoutABody() {
    given().head("/api/v1/queue/health").then().statusCode(200);
    given().head("/api/v1/work-orders/" + UNKNOWN).then().statusCode(404);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /api/v1//work-orders,404",
    "GET //api/v1/work-orders,404",
    "GET /api/v1/queue/../work-orders,404",
    "GET /api/v1/queue/%2e%2e/work-orders,404",
    "GET /api/v1/./work-orders,404",
    "DELETE /api/v1/work-orders;x?status=failed&purge=true,404",
    "BREW /api/v1/work-orders,405"
  })
  void whatNoClientLibrarySendsIsAProblemToo(String line, int status) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      String[] parts = line.split(" ", 2);
      socket.getOutputStream().write(head(parts[0], parts[1], "Accept: */*"));
      assertThat(readHead(socket))
          .startsWith("HTTP/1.1 " + status + " ")
          .contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/work-orders?limit=%ZZ",
        "GET /api/v1/work-orders?x=%",
        "GET /api/v1/work-orders/%ZZ",
        "GET /%"
      })
  void whatCannotBeDecodedIsABadRequest(String line) throws IOException {
    // By the framework, which asks nobody: there is no body.
    String[] parts = line.split(" ", 2);
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      socket.getOutputStream().write(head(parts[0], parts[1], "Accept: */*"));
      assertThat(readHead(socket)).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void aRequestWithoutAHostOrAPathIsABadRequest() throws IOException {
    refusedAsUnreadable(head("OPTIONS", "*", "Accept: */*"));
    refusedAsUnreadable(
        "GET /api/v1/work-orders HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private void refusedAsUnreadable(byte[] request) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      socket.getOutputStream().write(request);
      assertThat(readHead(socket))
          .startsWith("HTTP/1.1 400 ")
          .containsIgnoringCase("content-type: application/problem+json")
          .containsIgnoringCase("x-request-id: ");
    }
  }

  @Test
  void theOpenApiDocumentIsOnlyReadAndOnlyFromHere() {
    given().head("/q/openapi").then().statusCode(200);
    problem(given().put("/q/openapi").then(), 405, "method-not-allowed")
        .header("Allow", "GET, HEAD, OPTIONS");
    problem(given().header("Host", "evil.example").get("/q/openapi").then(), 403, "forbidden");
  }

  @Test
  void aCompressedBodyIsRefused() {
    problem(
        plain()
            .contentType("application/json")
            .header("Content-Encoding", "gzip")
            .body(new byte[] {31, -117, 8})
            .post("/api/v1/work-orders")
            .then(),
        415,
        "unsupported-media-type");
  }

  @Test
  void aSaneRequestIdIsKeptAndAnotherReplaced() {
    given()
        .header("X-Request-ID", "my.request_1-2")
        .get("/api/v1/queue/health")
        .then()
        .header("X-Request-ID", "my.request_1-2");
    given()
        .header("X-Request-ID", "a b")
        .get("/api/v1/nothing")
        .then()
        .header("X-Request-ID", matchesPattern("[0-9a-f-]{36}"));
  }

  @Test
  void aPostWithABodyThatNobodyReadsLeavesTheConnectionUsable() throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      String id = submit();
      OutputStream out = socket.getOutputStream();
      out.write(head("POST", "/api/v1/work-orders/" + id + "/cancel", "Content-Length: 100000"));
      out.write("x".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
      assertThat(readHead(socket)).startsWith("HTTP/1.1 200 ");
    }
    given().get("/api/v1/queue/health").then().statusCode(200);
  }

  private byte[] head(String method, String path, String... headers) {
    return (method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost:"
            + root.getPort()
            + "\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static String readHead(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static String submit() {
    return post(BODY).then().statusCode(201).extract().path("id");
  }

  private static Response post(String body) {
    return raw(body.getBytes(StandardCharsets.UTF_8)).post("/api/v1/work-orders");
  }

  private static RequestSpecification raw(byte[] body) {
    return plain().contentType("application/json").body(body);
  }

  // REST Assured would add a charset of its own, and refuse to send text as an unknown type.
  private static RequestSpecification plain() {
    return given()
        .config(
            RestAssuredConfig.config()
                .encoderConfig(
                    EncoderConfig.encoderConfig()
                        .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                        .encodeContentTypeAs("x", io.restassured.http.ContentType.TEXT)
                        .encodeContentTypeAs(
                            "application/x-www-form-urlencoded",
                            io.restassured.http.ContentType.TEXT)));
  }

  private static ValidatableResponse submitWithKey(String key, String body) {
    return plain()
        .contentType("application/json")
        .header("Idempotency-Key", key)
        .body(body)
        .post("/api/v1/work-orders")
        .then();
  }

  private static ValidatableResponse problem(ValidatableResponse answer, int status, String type) {
    answer
        .statusCode(status)
        .contentType(startsWith("application/problem+json"))
        .header("X-Request-ID", notNullValue())
        .body("type", is("urn:problem-type:agentgate:" + type))
        .body("title", notNullValue())
        .body("status", is(status))
        .body("detail", matchesPattern("(?s).+"))
        .body("instance", startsWith("/"));
    assertThat(answer.extract().<String>path("error"))
        .isEqualTo(answer.extract().<String>path("detail"))
        .doesNotContain("Exception", "jackson", "java.");
    return answer;
  }
}
