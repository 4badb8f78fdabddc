package dev.agentgate.ops;

import static dev.agentgate.ops.ServiceClient.as;
import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the probes answer while orders wait and run for too long. */
@QuarkusTest
@Tag("application")
@TestProfile(OpsProfile.class)
class HealthTest {
  @TestHTTPResource(value = "/health/ready", management = true)
  String ready = "";

  @TestHTTPResource(value = "/health/live", management = true)
  String live = "";

  @TestHTTPResource(value = "/health/started", management = true)
  String started = "";

  @Test
  void elevenWaitingOrdersAndAStuckOneTakeTheServiceOutUntilTheyAreThrough(@TempDir Path directory)
      throws IOException {
    await().untilAsserted(() -> given().get(ready).then().statusCode(200));
    Path gate = directory.resolve("gate");
    String first = ServiceClient.submit("while [ ! -e '" + gate + "' ]; do sleep 0.05; done");
    ServiceClient.awaitStatus(first, "running");
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < OpsProfile.DEPTH_THRESHOLD; i++) {
      waiting.add(ServiceClient.submit("true"));
    }
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() ->
            given()
                .get(ready)
                .then()
                .statusCode(503)
                .body(queueData("'alert.1'"), equalTo("Work order running for 0 minutes"))
                .body(queueData("'alert.2'"), equalTo(null)));
    waiting.add(ServiceClient.submit("true"));

    given()
        .get(ready)
        .then()
        .statusCode(503)
        .body(queueData("queued"), equalTo(11))
        .body(queueData("'alert.2'"), equalTo("High queue depth: 11 work orders waiting"));
    queueHealth()
        .body("oldestRunningId", equalTo(first))
        .body("alerts", hasItem("High queue depth: 11 work orders waiting"))
        .body("alerts", hasItem(startsWith("Work order running for ")))
        .body("blockedBy", hasItem("slots"));
    given().get(live).then().statusCode(200);
    given().get(started).then().statusCode(200);

    Files.createFile(gate);
    for (String id : waiting) {
      ServiceClient.awaitStatus(id, "completed");
    }
    given().get(ready).then().statusCode(200).body(queueData("queued"), equalTo(0));
    queueHealth().body("alerts", equalTo(List.of())).body("oldestRunningId", equalTo(null));
  }

  private static String queueData(String key) {
    return "checks.find { it.name == 'queue' }.data." + key;
  }

  private static ValidatableResponse queueHealth() {
    return as(OpsProfile.VIEWER_KEY).get("/api/v1/queue/health").then().statusCode(200);
  }
}
