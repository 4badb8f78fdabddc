package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.FakeServer.Request;
import dev.agentgate.cli.Shell.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for orders, and following what they write. */
class FollowTest {
  private static final String ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String RUN = "run_01K9Z4J1B3V7S5T8Q2N6M4B1CD";
  private static final String NEXT = "run_01K9Z4J2B3V7S5T8Q2N6M4B1CD";
  private static final String STREAM = "GET /runs/" + RUN + "/log/stream";
  private static final String END = "event: end\ndata: {}";

  @TempDir Path home;

  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private Shell shell() {
    return new Shell(home).with("AGENTGATE_URL", server.url());
  }

  private static FakeServer.Answer order(String status, String run) {
    return FakeServer.json(
        200,
        "{\"id\":\"%s\",\"status\":\"%s\",\"attempt\":1%s}"
            .formatted(ORDER, status, run.isEmpty() ? "" : ",\"currentRunId\":\"" + run + "\""));
  }

  private static String log(long offset, String text) {
    return "id: " + offset + "\nevent: log\ndata: " + text.replace("\n", "\ndata: ");
  }

  private static final String CHANGE = "id: e1\nevent: work-order\ndata: {}";

  private void events() {
    server.on("GET /events", FakeServer.events(":\nid: e0", CHANGE, CHANGE, CHANGE, CHANGE));
  }

  @Test
  void aCutStreamContinuesWhereItStopped() {
    events();
    server
        .on(
            "GET /work-orders/" + ORDER,
            order("queued", ""),
            order("running", RUN),
            order("completed", RUN))
        .on(
            STREAM,
            FakeServer.events(":", log(6, "hello\n")),
            FakeServer.problem(503, "stopping", "Stopping"),
            FakeServer.events(log(12, "world\n"), END));

    Result result = shell().run("logs", "-f", ORDER);

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("hello\nworld\n");
    assertThat(result.err()).contains("connecting again", ORDER + " completed");
    assertThat(
            server.requests().stream()
                .filter(request -> request.call().equals(STREAM))
                .map(Request::lastEventId))
        .containsExactly("", "6", "6");
  }

  @Test
  void everyAttemptIsFollowedAndAFailureIsAnExitCode() {
    events();
    server
        .on(
            "GET /work-orders/" + ORDER,
            order("running", RUN),
            order("queued", RUN),
            order("running", NEXT),
            order("failed", NEXT))
        .on(STREAM, FakeServer.events(log(6, "first\n"), END))
        .on("GET /runs/" + NEXT + "/log/stream", FakeServer.events(log(7, "second\n"), END));

    Result result = shell().run("logs", "--follow", ORDER);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("first\nsecond\n");
    assertThat(result.err()).contains(NEXT, ORDER + " failed");
  }

  @Test
  void aTailIsThatOfTheFirstAttemptOnly() {
    events();
    server
        .on(
            "GET /work-orders/" + ORDER,
            order("running", RUN),
            order("queued", RUN),
            order("completed", NEXT))
        .on(STREAM, FakeServer.events(log(12, "4\n5\n"), END))
        .on("GET /runs/" + NEXT + "/log/stream", FakeServer.events(log(4, "1\n2\n"), END));

    assertThat(shell().run("logs", "-f", ORDER, "--tail", "2").out()).isEqualTo("4\n5\n1\n2\n");
    assertThat(
            server.requests().stream()
                .filter(request -> request.call().endsWith("/log/stream"))
                .map(Request::query))
        .containsExactly("format=text&tail=2", "format=text");
  }

  @Test
  void linesOfJsonAreWholeLines() {
    events();
    server
        .on("GET /work-orders/" + ORDER, order("completed", RUN))
        .on(STREAM, FakeServer.events(log(3, "one"), log(9, " line\n"), END))
        .on("GET /runs/" + RUN + "/log", FakeServer.body(200, "a\nb", "text/plain"));

    String line = "{\"runId\":\"" + RUN + "\",\"line\":\"%s\"}\n";
    assertThat(shell().run("logs", "-f", ORDER, "-o", "ndjson").out())
        .isEqualTo(line.formatted("one line"));
    assertThat(shell().run("logs", ORDER, "-o", "ndjson").out())
        .isEqualTo(line.formatted("a") + line.formatted("b"));
    assertThat(shell().run("logs", ORDER, "-o", "json").json().path("text").asText())
        .isEqualTo("a\nb");
  }

  @Test
  void aLogIsTextByDefaultAndRawOnRequest() {
    server
        .on("GET /work-orders/" + ORDER, order("running", RUN))
        .on(
            "GET /runs/" + RUN + "/log",
            FakeServer.body(200, "a\u001b[2J\u001b[1mb\n", "text/plain"))
        .on(
            "GET /work-orders/" + ORDER + "/runs",
            "{\"items\":[{\"id\":\"" + RUN + "\",\"attempt\":1}]}");

    assertThat(shell().onATerminal(80).run("logs", ORDER, "-n", "5").out())
        .isEqualTo("a\u001b[1mb\n");
    assertThat(server.requests().getLast().query()).isEqualTo("format=text&tail=5");
    assertThat(shell().onATerminal(80).run("logs", ORDER, "--raw", "--attempt", "1").out())
        .isEqualTo("a\u001b[2J\u001b[1mb\n");
    assertThat(server.requests().getLast().query()).isEqualTo("format=raw");
    assertThat(shell().run("logs", ORDER, "--attempt", "2").code()).isEqualTo(3);
  }

  @Test
  void anOrderWithoutARunHasNoLogYet() {
    server.on("GET /work-orders/" + ORDER, order("queued", ""));

    Result result = shell().run("logs", ORDER);

    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("has not started yet");
  }

  @Test
  void aServerThatStaysAwayEndsTheFollow() {
    events();
    server
        .on("GET /work-orders/" + ORDER, order("running", RUN))
        .on(STREAM, FakeServer.events(log(6, "hello\n")), FakeServer.hangUp());

    Result result = shell().run("logs", "-f", ORDER, "--request-timeout", "1s");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.out()).isEqualTo("hello\n");
    assertThat(result.err()).contains("The connection to " + server.url() + " broke.");
  }

  @Test
  void aWaitEndsWithTheOrder() {
    events();
    server.on("GET /work-orders/" + ORDER, order("running", RUN), order("completed", RUN));

    Result result = shell().onATerminal(80).run("wait", ORDER);

    assertThat(result.code()).isZero();
    assertThat(result.out()).as("it is on the terminal once").isEmpty();
    assertThat(result.err()).contains(ORDER + " running", ORDER + " \u001b[32mcompleted");
    assertThat(shell().run("wait", ORDER).out()).isEqualTo(ORDER + " completed\n");
  }

  @Test
  void aCancelledOrderIsNoSuccess() {
    events();
    server.on("GET /work-orders/" + ORDER, order("cancelled", ""));

    assertThat(shell().run("wait", ORDER).code()).isEqualTo(1);
  }

  @Test
  void aWaitThatTakesTooLongHasItsOwnCode() {
    server
        .on("GET /events", FakeServer.events(":\nid: e0"))
        .on("GET /work-orders/" + ORDER, order("running", RUN));

    Result result = shell().run("wait", ORDER, "--timeout", "300ms");

    assertThat(result.code()).isEqualTo(124);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("has not ended in time");
  }

  @Test
  void submitWaits() {
    events();
    server
        .on("POST /work-orders", "{\"id\":\"" + ORDER + "\",\"status\":\"queued\"}")
        .on("GET /work-orders/" + ORDER, order("running", RUN), order("failed", RUN));

    Result text = shell().run("submit", "--empty", "--wait", "Fix");
    assertThat(text.code()).isEqualTo(1);
    assertThat(text.out()).isEqualTo(ORDER + "\n");

    Result json = shell().run("submit", "--empty", "--wait", "Fix", "-o", "json");
    assertThat(json.json().path("status").asText()).isEqualTo("failed");
  }

  @Test
  void eventsAreALineEach() {
    server.on(
        "GET /events",
        FakeServer.events(
            "id: e1\nevent: work-order\ndata: {\"workOrderId\":\""
                + ORDER
                + "\",\"status\":\"failed\",\"previousStatus\":\"running\","
                + "\"failureReason\":\"timeout\",\"at\":\"2026-03-01T10:00:00.123Z\"}",
            "id: e2\nevent: reset\ndata: {}"),
        FakeServer.problem(403, "forbidden", "The key's role is too low"));

    Result result = shell().run("events");

    assertThat(result.code()).isEqualTo(4);
    assertThat(result.out()).contains(ORDER + "  running → failed  timeout");
    assertThat(result.err()).contains("Some events may be missing");
    assertThat(server.requests().getLast().lastEventId()).isEqualTo("e2");
  }
}
