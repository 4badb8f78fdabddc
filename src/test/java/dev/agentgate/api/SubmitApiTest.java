package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of submits: what is refused and how, and what is taken. */
@QuarkusTest
@Tag("application")
@TestProfile(ApiFixture.OrdersWait.class)
class SubmitApiTest extends ApiFixture {
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
        Arguments.of(with("'config':{'retryMode':'again'}"), List.of("config.retryMode")),
        Arguments.of(with("'config':{'retryMode':true}"), List.of("config.retryMode")),
        Arguments.of(with("'config':{'model':''}"), List.of("config.model")),
        Arguments.of(with("'config':{'model':'-m'}"), List.of("config.model")),
        Arguments.of(with("'config':{'model':'a b'}"), List.of("config.model")),
        Arguments.of(with("'config':{'model':'ü'}"), List.of("config.model")),
        Arguments.of(with("'config':{'model':5}"), List.of("config.model")),
        Arguments.of(with("'config':{'model':'" + "m".repeat(129) + "'}"), List.of("config.model")),
        Arguments.of(with("'config':{'maxCostUsd':0}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':-0.5}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':'1'}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':1000000.01}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':0.0000001}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':1e-400}"), List.of("config.maxCostUsd")),
        Arguments.of(with("'config':{'maxCostUsd':1e400}"), List.of("config.maxCostUsd")),
        Arguments.of(
            with("'agentType':'shell','config':{'model':'m','maxCostUsd':1}"),
            List.of("config.model", "config.maxCostUsd")),
        Arguments.of(
            with("'agentType':'codex','config':{'model':'m','maxCostUsd':1}"),
            List.of("config.maxCostUsd")),
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

  @ParameterizedTest
  @MethodSource("badBodies")
  void everyBadValueIsNamed(String body, List<String> fields) {
    problem(post(body.replace('\'', '"')).then(), 400, "invalid-request")
        .body("violations.field", hasItems(fields.toArray()))
        .body("violations.message", not(hasItem(nullValue())));
  }

  @Test
  void whatTheAgentIsToldIsShown() {
    String config =
        with(
            "'agentType':'claude-code','maxIterations':7,'config':{'model':'claude-sonnet-4-5',"
                + "'maxCostUsd':2.50,'retryMode':'resume'}");
    post(config.replace('\'', '"'))
        .then()
        .statusCode(201)
        .body("maxIterations", is(7))
        .body("config.model", is("claude-sonnet-4-5"))
        .body("config.maxCostUsd", is(2.5f))
        .body("config.retryMode", is("resume"));
    post(with("'config':{'maxCostUsd':1e6}").replace('\'', '"'))
        .then()
        .statusCode(201)
        .body("config.maxCostUsd", is(1_000_000))
        .body("config", not(hasKey("model")))
        .body("config", not(hasKey("retryMode")));
  }

  @Test
  void anAgentThatCannotComplyIsNamed() {
    post(with("'agentType':'shell','config':{'model':'m'}").replace('\'', '"'))
        .then()
        .statusCode(400)
        .body("detail", is("The agent shell takes no model"))
        .body("violations.field", contains("config.model"));
    post(with("'agentType':'codex','config':{'maxCostUsd':1}").replace('\'', '"'))
        .then()
        .statusCode(400)
        .body(
            "detail",
            is(
                "The agent codex reports no cost, and the order names no model with a configured"
                    + " price"));
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
}
