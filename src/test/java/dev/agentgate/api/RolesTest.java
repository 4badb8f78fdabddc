package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.api.access.Role;
import dev.agentgate.wire.Problem;
import dev.agentgate.workorder.Sha256;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each role may do, with keys configured. */
@QuarkusTest
@Tag("application")
@TestProfile(RolesTest.WithKeys.class)
class RolesTest {
  private static final String ID = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String RUN = "run_01K9Z4J0W3V7S5T8Q2N6M4B1CD";

  @SuppressWarnings("NullAway.Init") // injected
  @TestHTTPResource
  URI root;

  /** A key for each role. */
  public static class WithKeys implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path file = Files.createTempFile("agentgate-keys", ".txt");
        file.toFile().deleteOnExit();
        Files.write(
            file,
            Arrays.stream(Role.values())
                .map(role ->
                    role.wireName() + "-key " + role.wireName() + " " + Sha256.hex(role.wireName()))
                .toList());
        return Map.of(
            "agentgate.auth.keys-file",
            file.toString(),
            "agentgate.auth.api-key",
            "the-admin-key",
            "agentgate.queue.auto-process",
            "false");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The role that a call needs, as the contract says it. */
  static Stream<Arguments> calls() {
    return Stream.of(
        Arguments.of("GET", "/work-orders", Role.VIEWER),
        Arguments.of("GET", "/work-orders/" + ID, Role.VIEWER),
        Arguments.of("HEAD", "/work-orders/" + ID, Role.VIEWER),
        Arguments.of("GET", "/work-orders/" + ID + "/runs", Role.VIEWER),
        Arguments.of("GET", "/runs/" + RUN, Role.VIEWER),
        Arguments.of("GET", "/runs/" + RUN + "/log", Role.VIEWER),
        Arguments.of("GET", "/runs/" + RUN + "/changes", Role.VIEWER),
        Arguments.of("GET", "/runs/" + RUN + "/patch", Role.VIEWER),
        Arguments.of("GET", "/agents", Role.VIEWER),
        Arguments.of("GET", "/instances", Role.VIEWER),
        Arguments.of("GET", "/usage", Role.VIEWER),
        Arguments.of("GET", "/queue/health", Role.VIEWER),
        Arguments.of("POST", "/agents/shell/pause", Role.ADMIN),
        Arguments.of("POST", "/agents/shell/resume", Role.ADMIN),
        Arguments.of("POST", "/work-orders", Role.OPERATOR),
        Arguments.of("POST", "/runs/" + RUN + "/publish", Role.OPERATOR),
        Arguments.of("POST", "/work-orders/batch", Role.OPERATOR),
        Arguments.of("POST", "/work-orders/runs", Role.OPERATOR),
        Arguments.of("POST", "/work-orders/cancel", Role.OPERATOR),
        Arguments.of("POST", "/work-orders/" + ID + "/cancel", Role.OPERATOR),
        Arguments.of("POST", "/work-orders/" + ID + "/runs", Role.OPERATOR),
        Arguments.of("DELETE", "/work-orders/" + ID, Role.OPERATOR),
        Arguments.of("DELETE", "/work-orders/" + ID + "?purge=false", Role.OPERATOR),
        Arguments.of("DELETE", "/work-orders/" + ID + "?purge=true", Role.ADMIN),
        Arguments.of("DELETE", "/work-orders/" + ID + "?%70urge=%74rue", Role.ADMIN),
        Arguments.of("DELETE", "/work-orders/" + ID + "?purge=false&purge=true", Role.ADMIN),
        Arguments.of("DELETE", "/work-orders/" + ID + "?purge=", Role.OPERATOR),
        Arguments.of("DELETE", "/work-orders", Role.ADMIN),
        Arguments.of("DELETE", "/work-orders?status=failed&purge=true", Role.ADMIN),
        Arguments.of("DELETE", "/work-orders?purge=true&status=failed&dryRun=true", Role.ADMIN),
        Arguments.of("POST", "/work-orders/" + ID + "/kill", Role.ADMIN),
        Arguments.of("POST", "/queue/pause", Role.ADMIN),
        Arguments.of("POST", "/queue/resume", Role.ADMIN));
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aCallNeedsItsRole(String method, String path, Role needed) {
    for (Role role : Role.values()) {
      int status = call(method, path, "Authorization", "Bearer " + role.wireName()).statusCode();
      if (role.includes(needed)) {
        assertThat(status).as(role.wireName()).isNotIn(401, 403, 500);
      } else {
        assertThat(status).as(role.wireName()).isEqualTo(403);
      }
    }
    assertThat(call(method, path, "X-API-Key", "the-admin-key").statusCode())
        .isNotIn(401, 403, 500);
  }

  @ParameterizedTest
  @MethodSource("calls")
  void withoutAKeyNothingIsAnswered(String method, String path, Role needed) {
    for (List<String> header :
        List.of(
            List.of("X-Other", "admin"),
            List.of("Authorization", "Bearer wrong"),
            List.of("Authorization", "Basic YWRtaW46YWRtaW4="),
            List.of("X-API-Key", ""))) {
      Response answer = call(method, path, header.getFirst(), header.getLast());
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(answer.header("X-Request-ID")).isNotNull();
      assertThat(answer.contentType()).startsWith(Problem.MEDIA_TYPE);
    }
  }

  @Test
  void whatDoesNotExistIsNotToldWithoutAKey() {
    assertThat(given().get("/api/v1/nothing").statusCode()).isEqualTo(401);
    assertThat(given().options("/api/v1/work-orders").statusCode()).isEqualTo(401);
  }

  @Test
  void aLargeBodyIsNotReadWithoutAKey() {
    Response answer =
        given()
            .contentType("application/json")
            .body(new byte[3_000_000])
            .post("/api/v1/work-orders");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.header("Connection")).isEqualTo("close");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /q/../api/v1/work-orders",
        "HEAD /q/../api/v1/work-orders",
        "POST /q/../api/v1/queue/pause",
        "DELETE /q/../api/v1/work-orders?status=queued&purge=true",
        "GET /page/../api/v1/work-orders",
        "GET /page/x/../../api/v1/work-orders",
        "GET /orders/../api/v1/work-orders",
        "GET /q/%2e%2e/api/v1/work-orders",
        "GET /page/.%2e/api/v1/work-orders",
        "GET /q/./../api/v1/work-orders",
        "GET //api/v1/work-orders",
        "GET /q/%2E%2E/ap%69/v1/work-orders",
        "GET /page/../q/../api/v1/work-orders",
        "OPTIONS /page/../api/v1/work-orders"
      })
  void noSpellingOfAPathLeadsAroundTheKey(String line) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort())) {
      String head = line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(ApiFixture.readHead(socket)).startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void theDocumentNeedsNoKey() {
    assertThat(given().get("/q/openapi").statusCode()).isEqualTo(200);
  }

  private static Response call(String method, String path, String header, String value) {
    return given()
        .urlEncodingEnabled(false)
        .header(header, value)
        .contentType(
            method.equals("POST") && path.equals("/work-orders") ? "application/json" : "*/*")
        .request(method, "/api/v1" + path);
  }
}
