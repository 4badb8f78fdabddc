package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gate does with a request, whatever it is for. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class ApiGateTest extends ApiFixture {
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

  @Test
  void aServiceThatSharesNoStoreTakesNoCallsFromOtherInstances() {
    problem(
        given()
            .header("AgentGate-Relay", "secret")
            .header("AgentGate-Relay-Caller", "olga")
            .header("AgentGate-Relay-Role", "admin")
            .get("/api/v1/work-orders")
            .then(),
        401,
        "unauthenticated");
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

  @Test
  void aClientThatIsRefusedBeforeItHasSentItsBodyMayStillSendIt() throws IOException {
    byte[] body = new byte[5_000_000];
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          head(
              "POST",
              "/api/v1/work-orders",
              "Content-Type: application/json",
              "Content-Length: " + body.length));
      assertThat(readHead(socket))
          .startsWith("HTTP/1.1 413 ")
          .containsIgnoringCase("connection: close");
      out.write(body);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .as("the rest of the answer and an orderly end")
          .endsWith("}");
    }
  }

  @Test
  void eachAreaHasItsHeaders() {
    given()
        .get("/api/v1/queue/health")
        .then()
        .header("Cache-Control", "no-store")
        .header("Content-Security-Policy", nullValue());
    given().get("/q/openapi").then().header("Cache-Control", "no-cache");
    given()
        .get("/")
        .then()
        .statusCode(200)
        .header("Cache-Control", "no-cache")
        .header("Referrer-Policy", "no-referrer")
        .header("Content-Security-Policy", startsWith("default-src 'none';"));
  }

  @Test
  void theFrontPageIsOnlyReadAndOnlyFromHere() {
    given().head("/").then().statusCode(200);
    problem(given().delete("/").then(), 405, "method-not-allowed")
        .header("Allow", "GET, HEAD, OPTIONS");
    problem(given().header("Host", "evil.example").get("/").then(), 403, "forbidden");
  }
}
