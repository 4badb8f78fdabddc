package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of orders, and the purge of many. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class MatchingOrdersTest extends ApiFixture {
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
        "limit=%E2%82",
        "repository=shop",
        "repository=acme/shop/main",
        "repository=https://github.com/acme/shop",
        "repository=a/b&repository=a/c",
        "failureReason=late",
        "failureReason=timeout&failureReason=TIMEOUT",
        "createdAfter=yesterday",
        "createdAfter=2026-03-01",
        "createdAfter=2026-03-01T12:00:00",
        "createdBefore=1772366400000",
        "createdBefore=2026-03-01T12:00:00Z&createdBefore=2026-03-02T12:00:00Z"
      })
  void aBadQueryParameterIsRefused(String query) {
    problem(
        given().urlEncodingEnabled(false).get("/api/v1/work-orders?" + query).then(),
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

  @Test
  void aListIsNarrowedByRepositoryAndTimeOnEveryPage() {
    String repository = "Shop-" + UUID.randomUUID();
    String body = BODY.replace("{\"type\":\"empty\"}", "{\"repo\":\"Acme/" + repository + "\"}");
    List<String> ids =
        Stream.generate(() -> post(body).then().statusCode(201).extract().<String>path("id"))
            .limit(3)
            .toList();
    submit();
    String list = "/api/v1/work-orders?limit=2&repository=acme/" + repository;
    Response first = given().get(list);
    first
        .then()
        .statusCode(200)
        .body("items.id", contains(ids.get(2), ids.get(1)))
        .body("total", is(3));
    given()
        .get(list + "&cursor=" + first.<String>path("nextCursor"))
        .then()
        .statusCode(200)
        .body("items.id", contains(ids.get(0)))
        .body("total", is(3))
        .body("hasMore", is(false));

    String created = given().get("/api/v1/work-orders/" + ids.get(1)).path("createdAt");
    Instant at = Instant.parse(created);
    given()
        .get(list + "&createdAfter=" + at.plusMillis(1))
        .then()
        .body("items.id", not(hasItem(ids.get(1))));
    given().get(list + "&createdAfter=" + created).then().body("items.id", hasItem(ids.get(1)));
    given()
        .get(list + "&createdBefore=" + created)
        .then()
        .body("items.id", not(hasItem(ids.get(1))));
    given()
        .get(list + "&createdBefore=" + at.plusMillis(1) + "&createdAfter=" + created)
        .then()
        .body("items.id", hasItem(ids.get(1)));
    given().get(list + "&failureReason=timeout").then().statusCode(200).body("total", is(0));
  }

  @Test
  void aBatchPurgeIsNarrowedByTheSameParameters() {
    String repository = "shop-" + UUID.randomUUID();
    String id =
        post(BODY.replace("{\"type\":\"empty\"}", "{\"repo\":\"acme/" + repository + "\"}"))
            .path("id");
    String other = submit();
    String purge = "/api/v1/work-orders?status=queued&purge=true&repository=acme/" + repository;
    given()
        .delete(purge + "&createdBefore=2020-01-01T00:00:00Z")
        .then()
        .statusCode(200)
        .body("purged", is(0));
    given().delete(purge + "&failureReason=lost").then().statusCode(200).body("purged", is(0));
    given().delete(purge + "&dryRun=true").then().statusCode(200).body("wouldPurge", is(1));
    given().delete(purge).then().statusCode(200).body("purged", is(1));
    given().get("/api/v1/work-orders/" + id).then().statusCode(404);
    given().get("/api/v1/work-orders/" + other).then().statusCode(200);
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
    "?purge=true&status=failed&repository=,repository must have a value",
    "?purge=true&status=failed&repository=shop,repository must be of the form owner/repo",
    "?purge=true&status=failed&failureReason=late,Unknown failure reason: late",
    "?purge=true&status=failed&createdAfter=,createdAfter must have a value",
    "?purge=true&status=failed&createdBefore=now,'createdBefore must be a time as RFC 3339 defines"
        + " it, such as 2026-03-01T12:00:00Z'",
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
}
