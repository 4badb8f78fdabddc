package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The queue as a whole. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class QueueApiTest extends ApiFixture {
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
}
