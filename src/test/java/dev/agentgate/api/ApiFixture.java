package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Calls to the API in this process, where orders wait until a run is asked for. */
abstract class ApiFixture {
  static final String UNKNOWN = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  static final String INSTANT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
  static final String BODY =
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

  byte[] head(String method, String path, String... headers) {
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

  static String readHead(Socket socket) throws IOException {
    socket.setSoTimeout(60_000);
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

  static String submit() {
    return post(BODY).then().statusCode(201).extract().path("id");
  }

  static Response post(String body) {
    return raw(body.getBytes(StandardCharsets.UTF_8)).post("/api/v1/work-orders");
  }

  static RequestSpecification raw(byte[] body) {
    return plain().contentType("application/json").body(body);
  }

  // REST Assured would add a charset of its own, and refuse to send text as an unknown type.
  static RequestSpecification plain() {
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

  static ValidatableResponse submitWithKey(String key, String body) {
    return plain()
        .contentType("application/json")
        .header("Idempotency-Key", key)
        .body(body)
        .post("/api/v1/work-orders")
        .then();
  }

  static ValidatableResponse problem(ValidatableResponse answer, int status, String type) {
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
