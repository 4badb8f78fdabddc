package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.agentgate.wire.BulkAnswers.BatchRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches, and actions on many orders. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class BulkApiTest extends ApiFixture {
  private static final String ORDERS = "/api/v1/work-orders";

  private static Response batch(List<String> items) {
    return batchBody("{\"items\":[" + String.join(",", items) + "]}");
  }

  private static Response batchBody(String body) {
    return raw(body.getBytes(StandardCharsets.UTF_8)).post(ORDERS + "/batch");
  }

  /** An order with a label of its own. */
  private static String labelled(String label) {
    return BODY.strip().replace("}}", "},\"labels\":{\"batch\":\"" + label + "\"}}");
  }

  private static String withKey(String key) {
    return BODY.strip().replace("}}", "},\"idempotencyKey\":\"" + key + "\"}");
  }

  private static List<String> submitLabelled(String label, int count) {
    return batch(Collections.nCopies(count, labelled(label)))
        .then()
        .statusCode(200)
        .body("items.status", everyItem(is(201)))
        .extract()
        .path("items.workOrder.id");
  }

  private static String status(String id) {
    return given().get(ORDERS + "/" + id).then().statusCode(200).extract().path("status");
  }

  @Test
  void aBatchAnswersForEachOrderInTurn() {
    String key = UUID.randomUUID().toString();
    Response answer =
        batch(
            List.of(
                BODY,
                "{\"taskPrompt\":\"x\"}",
                withKey(key),
                "7",
                withKey(key),
                withKey(key).replace("sleep 60", "sleep 61"),
                BODY.replace("shell", "nobody"),
                BODY.replace("}}", "},\"priority\":1000,\"config\":{\"maxTime\":0}}")));
    answer
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("items.status", contains(201, 400, 201, 400, 200, 409, 400, 400))
        .body("items[0].workOrder.status", is("queued"))
        .body("items[0].workOrder.queuePosition", notNullValue())
        .body("items[0]", not(hasKey("problem")))
        .body("items[1]", not(hasKey("workOrder")))
        .body("items[1].problem.type", is("urn:problem-type:agentgate:invalid-request"))
        .body("items[1].problem.instance", is(ORDERS + "/batch"))
        .body("items[1].problem.violations.field", contains("workspaceSource"))
        .body("items[3].problem.detail", is("A work order must be a JSON object"))
        .body("items[5].problem.type", is("urn:problem-type:agentgate:idempotency-key-reused"))
        .body("items[6].problem.violations.field", contains("agentType"))
        .body("items[7].problem.violations.field", contains("config.maxTime", "priority"));
    List<String> ids = answer.path("items.workOrder.id");
    assertThat(ids).as("those that were taken").hasSize(3);
    assertThat(ids.get(2)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(0));
    assertThat(ids).allMatch(id -> status(id).equals("queued"));
  }

  @Test
  void aBatchOfAThousandIsTakenAndOneMoreIsNot() {
    String label = UUID.randomUUID().toString();
    List<String> ids = submitLabelled(label, BatchRequest.MOST_ITEMS);
    assertThat(ids).hasSize(1_000).doesNotHaveDuplicates().isSorted();
    given().get(ORDERS + "?label=batch:" + label).then().body("total", is(1_000));
    problem(batch(Collections.nCopies(1_001, labelled(label))).then(), 400, "invalid-request")
        .body("detail", is("items must be an array of 1 to 1000 work orders"));
    given().get(ORDERS + "?label=batch:" + label).then().body("total", is(1_000));
    given()
        .delete(ORDERS + "?status=queued&purge=true&label=batch:" + label)
        .then()
        .body("purged", is(1_000));
  }

  /** Every field and label is used, so that there are as many JSON tokens as there can be. */
  @Test
  void aBatchOfTheMostDetailedOrdersIsTaken() {
    String labels =
        IntStream.range(0, 32).mapToObj(i -> "\"" + i + "\":\"" + i + "\"").collect(joining(","));
    String order =
        """
        {"taskPrompt":"x","agentType":"shell","maxIterations":1,"priority":-1,
         "workspaceSource":{"type":"empty","url":null,"owner":null,"repo":null,"branch":null},
         "config":{"maxTime":1,"idleTimeout":1,"queueTtl":99999999,"maxAttempts":1,"retryOn":["lost"]},
         "labels":{%s}}
        """
            .formatted(labels);
    Response answer = batch(Collections.nCopies(1_000, order));
    answer.then().statusCode(200).body("items.status", everyItem(is(201)));
    given()
        .delete(ORDERS + "?status=queued&purge=true&label=31:31")
        .then()
        .body("purged", is(1_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"items\":[]}",
        "{\"items\":{}}",
        "{\"items\":null}",
        "[]",
        "",
        "{\"items\":[{}]",
        "{\"items\":[{\"a\":1,\"a\":2}]}"
      })
  void aBodyThatIsNoBatchIsRefused(String body) {
    problem(batchBody(body).then(), 400, "invalid-request");
  }

  @Test
  void aBatchIsRefusedAsAWholeForItsHeadersAndItsSize() {
    String body = "{\"items\":[" + BODY + "]}";
    problem(
        plain()
            .contentType("application/json")
            .header("Idempotency-Key", "k")
            .body(body)
            .post(ORDERS + "/batch")
            .then(),
        400,
        "invalid-request");
    problem(
        plain().contentType("text/plain").body(body).post(ORDERS + "/batch").then(),
        415,
        "unsupported-media-type");
    String large = BODY.replace("sleep 60", "x".repeat(200_000));
    problem(batch(Collections.nCopies(25, large)).then(), 413, "payload-too-large");
  }

  @Test
  void matchingOrdersAreCancelledAndQueuedAgain() {
    String label = UUID.randomUUID().toString();
    List<String> ids = submitLabelled(label, 3);
    String other = submit();
    String cancel = ORDERS + "/cancel?status=queued&label=batch:" + label;
    given()
        .post(cancel + "&dryRun=true")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "cancelled", 0, "wouldCancel", 3)));
    given()
        .post(cancel + "&status=running")
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "cancelled", 3)));
    assertThat(ids).allMatch(id -> status(id).equals("cancelled"));
    assertThat(status(other)).isEqualTo("queued");

    given().post("/api/v1/queue/pause").then().statusCode(200);
    try {
      String runs = ORDERS + "/runs?status=cancelled&status=failed&label=batch:" + label;
      given()
          .post(runs + "&dryRun=true")
          .then()
          .statusCode(202)
          .body("$", equalTo(Map.of("success", true, "queued", 0, "wouldQueue", 3)));
      given()
          .post(runs)
          .then()
          .statusCode(202)
          .body("$", equalTo(Map.of("success", true, "queued", 3)));
      assertThat(ids).allMatch(id -> status(id).equals("queued"));
      given().post(cancel).then().statusCode(200).body("cancelled", is(3));
    } finally {
      given().post("/api/v1/queue/resume").then().statusCode(200);
    }
  }

  @Test
  void runningOrdersAreCancelledWithTheirProcesses() {
    String label = UUID.randomUUID().toString();
    List<String> ids = submitLabelled(label, 3);
    String byLabel = "&label=batch:" + label;
    given().post(ORDERS + "/runs?status=queued" + byLabel).then().body("queued", is(3));
    await().until(() -> ids.stream().anyMatch(id -> status(id).equals("running")));
    given()
        .post(ORDERS + "/cancel?status=queued&status=running" + byLabel)
        .then()
        .statusCode(200)
        .body("$", equalTo(Map.of("success", true, "cancelled", 3)));
    assertThat(ids).allMatch(id -> status(id).equals("cancelled"));
    for (String id : ids) {
      given()
          .get(ORDERS + "/" + id + "/runs")
          .then()
          .body("items.findAll { !it.endedAt }", hasSize(0));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/runs,Status filter required for bulk runs",
    "/runs?status=,Status filter required for bulk runs",
    "/runs?label=a:b,Status filter required for bulk runs",
    "/runs?status=done,Unknown status: done",
    "/runs?status=failed&status=running,status must not be running: such orders have a run already",
    "/runs?status=failed&dryRun=1,dryRun must be true or false",
    "/runs?status=failed&purge=true,Unknown query parameter: purge",
    "/runs?status=failed&failureReason=late,Unknown failure reason: late",
    "/runs?status=failed&repository=,repository must have a value",
    "/cancel,Status filter required for bulk cancel",
    "/cancel?status=queued&status=failed,status must be queued or running: other orders are finished",
    "/cancel?status=queued&agent=shell,Unknown query parameter: agent",
    "/cancel?status=queued&agentType=,agentType must have a value",
    "/cancel?status=queued&createdBefore=,createdBefore must have a value",
    "/cancel?status=queued&olderThan=7d,Unknown query parameter: olderThan"
  })
  void anActionOnManyNeedsToBeMeant(String call, String detail) {
    problem(given().post(ORDERS + call).then(), 400, "invalid-request").body("detail", is(detail));
  }

  @ParameterizedTest
  @ValueSource(strings = {"batch", "runs", "cancel"})
  void aPathOfManyAnswersOnlyItsOwnMethod(String name) {
    for (String method : List.of("GET", "DELETE", "PUT")) {
      problem(given().request(method, ORDERS + "/" + name).then(), 405, "method-not-allowed")
          .header("Allow", "OPTIONS, POST");
    }
  }
}
