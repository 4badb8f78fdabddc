package dev.agentgate.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.agentgate.agent.OutputFormat;
import dev.agentgate.workorder.RunId;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs in the form that a client asks for. */
@QuarkusTest
@Tag("application")
@TestProfile(RunLogResourceTest.Profile.class)
class RunLogFormatTest {
  private static final String SECRET = "s3cret-token-42";
  private static final String SAID =
      "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}}\n";

  @Inject RunLogResourceTest.FakeRuns runs;

  @TestHTTPResource("/api/v1/runs/")
  @SuppressWarnings("NullAway.Init") // set by the test framework
  URL base;

  private RunId start() {
    RunId run = runs.start();
    runs.formats.put(run, OutputFormat.CLAUDE_STREAM_JSON);
    return run;
  }

  private String path(RunId run) {
    return base + run.value() + "/log";
  }

  private LogEvents listen(RunId run, String lastEventId) throws Exception {
    return LogEvents.of(path(run) + "/stream?format=text", lastEventId);
  }

  @Test
  void eventsBecomeTextAndOtherLinesStay() {
    RunId run = start();
    runs.write(run, "npm warn\n" + SAID.formatted("Héllo\\n" + SECRET) + "no end");
    for (int round = 0; round < 2; round++) {
      given()
          .get(path(run) + "?format=text")
          .then()
          .statusCode(200)
          .header("Content-Type", "text/plain;charset=utf-8")
          .header("X-Content-Type-Options", "nosniff")
          .header("Accept-Ranges", nullValue())
          .header("Content-Length", nullValue())
          .body(equalTo("npm warn\nHéllo\n***************\nno end"));
      runs.end(run);
    }
  }

  @Test
  void theLastLinesAreThoseOfTheText() {
    RunId run = start();
    runs.write(
        run, SAID.formatted("one\\ntwo") + "{\"type\":\"ping\"}\n" + SAID.formatted("three"));
    given().get(path(run) + "?format=text&tail=2").then().body(equalTo("two\nthree\n"));
    given().get(path(run) + "?tail=9&format=text").then().body(equalTo("one\ntwo\nthree\n"));
    given().get(path(run) + "?format=text&tail=0").then().statusCode(400);
  }

  @Test
  void aRangeOfTextIsIgnored() {
    RunId run = start();
    runs.write(run, SAID.formatted("hello"));
    for (String range : new String[] {"bytes=0-1", "bytes=9999-", "lines=1"}) {
      given()
          .header("Range", range)
          .get(path(run) + "?format=text")
          .then()
          .statusCode(200)
          .header("Accept-Ranges", nullValue())
          .header("Content-Range", nullValue())
          .body(equalTo("hello\n"));
    }
  }

  @Test
  void aStreamOfJsonStringsKeepsCarriageReturns() throws Exception {
    RunId run = start();
    runs.write(run, "10%\r20%\r\n\"end\"");
    runs.end(run);
    try (LogEvents events = LogEvents.of(path(run) + "/stream?encoding=json", "")) {
      assertThat(events.next())
          .isEqualTo("id: 14\nevent: log\ndata: \"10%\\r20%\\r\\n\\\"end\\\"\"\n");
    }
    given().get(path(run) + "/stream?encoding=xml").then().statusCode(400);
  }

  @Test
  void rawIsTheDefault() {
    RunId run = start();
    String said = SAID.formatted("hello");
    runs.write(run, said);
    runs.end(run);
    for (String query : new String[] {"", "?format=raw"}) {
      given()
          .get(path(run) + query)
          .then()
          .statusCode(200)
          .header("Accept-Ranges", "bytes")
          .header("Content-Length", Integer.toString(said.length()))
          .body(equalTo(said));
    }
    given().header("Range", "bytes=0-1").get(path(run) + "?format=raw").then().statusCode(206);
  }

  @Test
  void theLengthOfTheTextIsNotTold() {
    RunId run = start();
    runs.write(run, SAID.formatted("hello"));
    runs.end(run);
    given()
        .head(path(run) + "?format=text")
        .then()
        .statusCode(200)
        .header("Content-Type", "text/plain;charset=utf-8")
        .header("Content-Length", nullValue())
        .header("Accept-Ranges", nullValue());
    given().head(path(run) + "?format=raw").then().header("Accept-Ranges", "bytes");
    given().head(path(run) + "?format=text&tail=x").then().statusCode(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TEXT", "json", "text,raw"})
  void anotherFormatIsRefused(String format) {
    RunId run = start();
    for (String call : new String[] {"", "/stream"}) {
      given()
          .queryParam("format", format)
          .get(path(run) + call)
          .then()
          .statusCode(400)
          .contentType("application/problem+json")
          .body("detail", equalTo("format must be raw or text"));
    }
    given().queryParam("format", format).head(path(run)).then().statusCode(400);
  }

  @Test
  void theTextOfAnAgentThatPrintsTextIsItsLog() throws Exception {
    RunId run = runs.start();
    runs.write(run, SAID.formatted("hello") + "half");
    given()
        .get(path(run) + "?format=text")
        .then()
        .header("Accept-Ranges", nullValue())
        .body(equalTo(SAID.formatted("hello") + "half"));
    given().get(path(run) + "?format=text&tail=1").then().body(equalTo("half"));
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next()).endsWith("data: half\n");
    }
  }

  @Test
  void aListenerHearsTheTextLineByLine() throws Exception {
    RunId run = start();
    String one = SAID.formatted("one");
    String two = SAID.formatted("two " + SECRET);
    runs.write(run, one + two.substring(0, 20));
    int end = one.length() + two.length();
    try (LogEvents events = listen(run, "")) {
      assertThat(events.next())
          .isEqualTo("id: %d\nevent: log\ndata: one\ndata: \n".formatted(one.length()));
      runs.write(run, two.substring(20) + "{\"type\":\"ping\"}\n");
      assertThat(events.next())
          .isEqualTo("id: %d\nevent: log\ndata: two ***************\ndata: \n".formatted(end + 16));
      runs.write(run, "no end");
      runs.end(run);
      assertThat(events.next())
          .isEqualTo("id: %d\nevent: log\ndata: no end\n".formatted(end + 16 + 6));
      assertThat(events.next()).startsWith("event: end\ndata: {\"id\":\"" + run + "\",");
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void aListenerGoesOnWhereItWas() throws Exception {
    RunId run = start();
    String one = SAID.formatted("one");
    runs.write(run, one + SAID.formatted("two"));
    runs.end(run);
    try (LogEvents events = listen(run, Integer.toString(one.length()))) {
      assertThat(events.next())
          .isEqualTo("id: %d\nevent: log\ndata: two\ndata: \n".formatted(2 * one.length()));
      assertThat(events.next()).startsWith("event: end\n");
    }
    try (LogEvents events = listen(run, Integer.toString(2 * one.length()))) {
      assertThat(events.next()).startsWith("event: end\n");
    }
    given()
        .header("Last-Event-ID", Integer.toString(2 * one.length() + 1))
        .get(path(run) + "/stream?format=text")
        .then()
        .statusCode(400);
  }

  @Test
  void aListenerMayBeginWithTheLastLines() throws Exception {
    RunId run = start();
    String one = SAID.formatted("one");
    runs.write(run, one + SAID.formatted("two"));
    int size = 2 * one.length();
    String last = "id: %d\nevent: log\ndata: two\ndata: \n".formatted(size);
    try (LogEvents text = LogEvents.of(path(run) + "/stream?format=text&tail=1", "");
        LogEvents raw = LogEvents.of(path(run) + "/stream?tail=1", "")) {
      assertThat(text.next()).isEqualTo(last);
      assertThat(raw.next())
          .isEqualTo(
              "id: %d\nevent: log\ndata: %s\ndata: \n"
                  .formatted(size, SAID.formatted("two").strip()));
      runs.write(run, "more\n");
      String more = "id: %d\nevent: log\ndata: more\ndata: \n".formatted(size + 5);
      assertThat(text.next()).isEqualTo(more);
      assertThat(raw.next()).isEqualTo(more);
    }
    String resumed = Integer.toString(one.length());
    try (LogEvents events = LogEvents.of(path(run) + "/stream?format=text&tail=1", resumed)) {
      assertThat(events.next())
          .isEqualTo("id: %d\nevent: log\ndata: two\ndata: more\ndata: \n".formatted(size + 5));
    }
    given().get(path(run) + "/stream?tail=0").then().statusCode(400);
  }

  @Test
  void whatAnAgentPutInPlaceOfItsLogIsNotRendered() throws Exception {
    RunId run = start();
    Files.createSymbolicLink(runs.directories.of(run).outputLog(), Path.of("/etc/passwd"));
    given().get(path(run) + "?format=text").then().statusCode(200).body(equalTo(""));
    given().get(path(run) + "?format=text&tail=2").then().statusCode(200).body(equalTo(""));
  }

  @Test
  void slowClientsHoldUpNobody() throws Exception {
    RunId run = start();
    String said = SAID.formatted("x".repeat(500_000));
    runs.write(run, said.repeat(40));
    runs.end(run);
    Socket[] slow = new Socket[20];
    try {
      for (int i = 0; i < slow.length; i++) {
        slow[i] = new Socket(base.getHost(), base.getPort());
        OutputStream request = slow[i].getOutputStream();
        String call = i % 2 == 0 ? "" : "/stream";
        request.write(
            "GET %s%s?format=text HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(base.getPath() + run.value() + "/log", call)
                .getBytes(UTF_8));
        assertThat(slow[i].getInputStream().readNBytes(12))
            .isEqualTo("HTTP/1.1 200".getBytes(UTF_8));
      }
      assertThat(given().get(path(run) + "?format=text&tail=1").body().asString())
          .isEqualTo("x".repeat(500_000) + "\n");
      assertThat(given().get(path(run) + "?format=text").body().asString())
          .isEqualTo(("x".repeat(500_000) + "\n").repeat(40));
    } finally {
      for (Socket socket : slow) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }
}
