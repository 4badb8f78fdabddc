package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class InstancesApiTest extends ApiFixture {
  @Test
  void aServiceWithADataDirectoryOfItsOwnIsTheOnlyInstance() {
    given()
        .get("/api/v1/instances")
        .then()
        .statusCode(200)
        .body("items", hasSize(1))
        .body("items[0].id", not(is("")))
        .body("items[0].version", not(is("")))
        .body("items[0].startedAt", matchesPattern(INSTANT))
        .body("items[0].lastSeen", matchesPattern(INSTANT))
        .body("items[0].slots", is(2))
        .body("items[0].running", is(0))
        .body("items[0].draining", is(false))
        .body("items[0].alive", is(true))
        .body("items[0]", not(hasKey("leaseUntil")))
        .body("shared", is(false));
  }
}
