package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user sees when the server refuses, fails, or is not there. */
class ServerErrorsTest {
  private static final String ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String SECRET = "sesame-0123456789";

  @TempDir Path home;

  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private Shell shell() {
    return new Shell(home).with("AGENTGATE_URL", server.url());
  }

  @ParameterizedTest
  @CsvSource({
    "400,invalid-request,2",
    "400,not-running,6",
    "403,forbidden,4",
    "404,not-found,3",
    "409,conflict,6",
    "413,payload-too-large,2",
    "429,queue-full,6",
    "500,internal,5",
    "503,stopping,5",
  })
  void aProblemIsOneSentenceAndAnExitCode(int status, String type, int code) {
    server.on(
        "POST /work-orders/" + ORDER + "/cancel",
        FakeServer.problem(status, type, "Work order is in the wrong state"));

    Result result = shell().run("cancel", ORDER);

    assertThat(result.code()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).isEqualTo("agentgate: Work order is in the wrong state.\n");
  }

  @Test
  void verboseShowsTheRequestAndTheWholeProblem() {
    Result result = shell().run("get", ORDER, "--verbose");

    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err())
        .contains("GET " + server.url() + "/api/v1/work-orders/" + ORDER + ": 404")
        .contains("\"type\":\"urn:problem-type:agentgate:not-found\"");
  }

  @Test
  void everyWrongValueIsNamed() {
    server.on(
        "POST /work-orders",
        FakeServer.json(
            400,
            """
            {"status":400,"detail":"priority must be -100 to 100","violations":[
             {"field":"priority","message":"must be -100 to 100"},
             {"field":"config.maxTime","message":"must be 1 to 604800000 milliseconds"}]}
            """));

    Result result = shell().run("submit", "--empty", "-p", "500", "Do it");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "agentgate: priority must be -100 to 100; config.maxTime must be 1 to 604800000"
                + " milliseconds.\n");
  }

  @Test
  void aPathThatIsNotThereHintsAtAnOlderServer() {
    server
        .on("GET /agents", FakeServer.problem(404, "not-found", "There is nothing at this path."))
        .on("GET /usage", FakeServer.problem(405, "method-not-allowed", "No"));

    assertThat(shell().run("agents").err())
        .isEqualTo(
            "agentgate: There is nothing at this path. The server may be older than this client.\n");
    assertThat(shell().run("usage").err()).contains("older than this client");
  }

  @Test
  void aFullQueueSaysWhenToTryAgain() {
    server.on(
        "POST /work-orders",
        FakeServer.problem(429, "queue-full", "The queue is full", "Retry-After", "30"));

    Result result = shell().run("submit", "--empty", "Do it");

    assertThat(result.code()).isEqualTo(6);
    assertThat(result.err()).contains("The queue is full. Try again in 30 s.");
  }

  @Test
  void withoutAKeyItSaysHowToGiveOne() {
    server.on("GET /queue/health", FakeServer.problem(401, "unauthenticated", "Key missing"));

    Result result = shell().run("queue");

    assertThat(result.code()).isEqualTo(4);
    assertThat(result.err()).contains("needs a key", "AGENTGATE_API_KEY_FILE");
  }

  @Test
  void aWrongKeyIsNamedByItsSourceAndNeverShown() throws IOException {
    server.on("GET /queue/health", FakeServer.problem(401, "unauthenticated", "Key wrong"));
    Path file = Files.writeString(home.resolve("key"), SECRET + "\n");

    Result result = shell().run("queue", "--key-file", file.toString(), "--verbose");

    assertThat(server.request("GET /queue/health").key()).isEqualTo("Bearer " + SECRET);
    assertThat(result.code()).isEqualTo(4);
    assertThat(result.err()).contains("does not accept the key in " + file).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /runs/run_01K9Z4J1B3V7S5T8Q2N6M4B1CD/log, logs run_01K9Z4J1B3V7S5T8Q2N6M4B1CD",
    "GET /runs/run_01K9Z4J1B3V7S5T8Q2N6M4B1CD/patch, patch run_01K9Z4J1B3V7S5T8Q2N6M4B1CD",
    "DELETE /work-orders, purge --status completed --dry-run",
    "POST /work-orders/cancel, cancel --status queued"
  })
  void nothingWaitsForeverForAServerThatIsSilent(String call, String command) {
    // Every other call is answered. The client may give up before the server has read this one.
    server.on(call, FakeServer.silence());

    Result result = shell().run((command + " --request-timeout 200ms").split(" "));

    assertThat(result.code()).as(result.err()).isEqualTo(5);
    assertThat(result.err()).contains("did not answer within 200ms");
  }

  @Test
  void aWaitThatIsLongIsExplainedOnATerminal() {
    FakeServer.Answer done = FakeServer.json(200, "{\"success\":true}");
    server.on(
        "POST /work-orders/" + ORDER + "/cancel",
        exchange -> {
          try {
            Thread.sleep(2_000);
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          done.to(exchange);
        });
    String explained = "Still waiting for the server to finish.\n";

    assertThat(shell().onATerminal(80).run("cancel", ORDER).err()).contains(explained);
    assertThat(shell().run("cancel", ORDER).err()).isEmpty();
  }

  @Test
  void aServerThatIsAwayIsReported() {
    String nowhere = FakeServer.nowhere();

    Result result = new Shell(home).run("list", "--url", nowhere);

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).contains("Nothing answers at " + nowhere, "agentgate serve");
  }

  @Test
  void theClientGivesUpOnASlowServer() {
    server.on("GET /queue/health", FakeServer.silence());

    Result result = shell().run("queue", "--request-timeout", "200ms");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err()).contains("did not answer within 200ms");
  }

  @Test
  void aPageOfSomethingElseIsNotTakenForAnAnswer() {
    server.on("GET /queue/health", FakeServer.body(200, "<html>", "text/html"));
    server.on("GET /work-orders", FakeServer.body(502, "<html>", "text/html"));

    assertThat(shell().run("queue").err()).contains("Is there an AgentGate at this address?");
    assertThat(shell().run("list").err()).contains("answered 502");
  }

  @Test
  void textOfTheServerCannotSteerTheTerminal() {
    server.on(
        "GET /queue/health", FakeServer.problem(409, "conflict", "No\\u001b]0;title\\u0007 way"));

    assertThat(shell().onATerminal(80).run("queue").err()).doesNotContain("\u001b]", "\u0007");
  }
}
