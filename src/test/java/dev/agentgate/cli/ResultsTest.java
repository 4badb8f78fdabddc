package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes, publications, agents, usage and the queue. */
class ResultsTest {
  private static final String ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String RUN = "run_01K9Z4J1B3V7S5T8Q2N6M4B1CD";
  private static final String PATCH =
      """
      diff --git a/hello.txt b/hello.txt
      new file mode 100644
      index 0000000..9daeafb
      --- /dev/null
      +++ b/hello.txt
      @@ -0,0 +1 @@
      +test
      """;

  @TempDir Path home;

  private final FakeServer server = new FakeServer();

  @BeforeEach
  void answer() {
    server.on(
        "GET /work-orders/" + ORDER,
        "{\"id\":\"" + ORDER + "\",\"status\":\"completed\",\"currentRunId\":\"" + RUN + "\"}");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Shell shell() {
    return new Shell(home).with("AGENTGATE_URL", server.url());
  }

  @Test
  void aPatchIsPrintedByteByByte() {
    server.on("GET /runs/" + RUN + "/patch", FakeServer.body(200, PATCH, "text/x-diff"));

    assertThat(shell().run("patch", ORDER).out()).isEqualTo(PATCH);
    assertThat(shell().run("patch", RUN).out()).isEqualTo(PATCH);
  }

  @Test
  void aPatchIsAppliedToACheckout() throws IOException, InterruptedException {
    server.on("GET /runs/" + RUN + "/patch", FakeServer.body(200, PATCH, "text/x-diff"));
    Path checkout = Files.createDirectory(home.resolve("checkout"));
    assertThat(new ProcessBuilder("git", "init", "-q", checkout.toString()).start().waitFor())
        .isZero();
    String[] apply = {"patch", ORDER, "--apply", "-C", checkout.toString()};

    Result applied = shell().run(apply);
    assertThat(applied.code()).as(applied.err()).isZero();
    assertThat(checkout.resolve("hello.txt")).hasContent("test");
    Result again = shell().run(apply);
    assertThat(again.code()).isEqualTo(6);
    assertThat(again.err()).contains("The patch does not fit here");
  }

  @Test
  void theChangedFilesAreListed() {
    server.on(
        "GET /runs/" + RUN + "/changes",
        """
        {"files":[{"path":"b.txt","oldPath":"a.txt","status":"renamed","insertions":1,"deletions":2},
         {"path":"logo.png","status":"added","binary":true}]}
        """);

    assertThat(shell().run("patch", ORDER, "--stat").out())
        .isEqualTo(
            """
            STATUS        +  -  FILE
            renamed       1  2  a.txt → b.txt
            added    binary     logo.png
            """);
    assertThat(shell().run("patch", ORDER, "-o", "json").json().path("files")).hasSize(2);
  }

  @Test
  void aRunIsPublished() {
    server.on(
        "POST /runs/" + RUN + "/publish",
        FakeServer.json(202, "{\"as\":\"pull_request\",\"status\":\"pending\"}"));

    Result result = shell().run("publish", ORDER, "--draft", "--title", "T");

    assertThat(result.out()).isEqualTo(RUN + " pending\n");
    assertThat(server.requests().getLast().body())
        .isEqualTo("{\"as\":\"pull_request\",\"title\":\"T\",\"draft\":true}");
  }

  @Test
  void agentsSayWhetherTheyCanRun() {
    server.on(
        "GET /agents",
        """
        {"items":[
         {"type":"claude-code","enabled":true,"available":true,"resumes":true,"takesModel":true,
          "paused":{"reason":"usage_limit","message":"5-hour limit","until":"2026-03-01T12:30:00Z"},
          "usageToday":{"inputTokens":120000,"outputTokens":9000,"costUsd":3.2}},
         {"type":"aider","enabled":true,"available":false,"unavailableReason":"aider is missing"}]}
        """);

    assertThat(shell().run("agents").out())
        .isEqualTo(
            """
            AGENT        STATE    CAN            TODAY                            WHY
            claude-code  paused   model, resume  $3.20, 120k tokens in, 9.0k out  usage_limit, for 30m more: 5-hour limit
            aider        missing                                                  aider is missing
            """);
  }

  @Test
  void instancesSayWhatTheyRun() {
    server.on(
        "GET /instances",
        """
        {"items":[
         {"id":"agentgate-0","version":"1.4.0","startedAt":"2026-03-01T11:00:00Z",
          "lastSeen":"2026-03-01T11:59:58Z","slots":4,"running":3,"draining":false,"alive":true},
         {"id":"agentgate-1","version":"1.4.0","startedAt":"2026-03-01T10:00:00Z",
          "lastSeen":"2026-03-01T11:59:57Z","slots":4,"running":0,"draining":true,"alive":true},
         {"id":"agentgate-2","version":"1.4.0","startedAt":"2026-03-01T10:00:00Z",
          "lastSeen":"2026-03-01T11:59:20Z","slots":4,"running":2,"draining":false,"alive":false}]}
        """);

    assertThat(shell().run("instances").out())
        .isEqualTo(
            """
            INSTANCE     STATE     RUNNING  STARTED  SEEN  VERSION
            agentgate-0  ready     3/4      1h       2s    1.4.0
            agentgate-1  draining  0/4      2h       3s    1.4.0
            agentgate-2  gone      2/4      2h       40s   1.4.0
            """);
    assertThat(shell().run("instances", "-o", "id").out())
        .isEqualTo("agentgate-0\nagentgate-1\nagentgate-2\n");
  }

  @Test
  void agentsAndTheQueueArePausedAndResumed() {
    server
        .on("POST /queue/pause", "{\"success\":true,\"paused\":true}")
        .on("POST /agents/codex/pause", "{\"type\":\"codex\"}")
        .on("POST /agents/codex/resume", "{\"type\":\"codex\"}");

    assertThat(shell().run("pause").out()).isEqualTo("The queue is paused.\n");
    assertThat(shell().run("pause", "--agent", "codex", "--until", "2026-03-02T00:00:00Z").out())
        .isEqualTo("codex is paused.\n");
    assertThat(server.requests().getLast().body())
        .isEqualTo("{\"until\":\"2026-03-02T00:00:00Z\"}");
    assertThat(shell().run("resume", "-a", "codex").out()).isEqualTo("codex is resumed.\n");
    assertThat(shell().run("resume").code()).isEqualTo(3);
  }

  @Test
  void usageIsATableWithItsSum() {
    server.on(
        "GET /usage",
        """
        {"items":[{"key":"codex","runs":2,"inputTokens":1500,"outputTokens":10},
         {"key":"claude-code","runs":3,"inputTokens":100,"outputTokens":20,"costUsd":1.5}]}
        """);

    assertThat(shell().run("usage", "--from", "7d").out())
        .isEqualTo(
            """
            AGENT        RUNS  TOKENS IN  TOKENS OUT     COST
            codex           2       1.5k          10  unknown
            claude-code     3        100          20    $1.50
            total           5       1.6k          30    $1.50
            """);
    assertThat(server.requests().getLast().query()).isEqualTo("from=2026-02-22T12:00:00Z&by=agent");
  }

  @Test
  void theQueueSaysWhatWaitsAndWhy() {
    server.on(
        "GET /queue/health",
        """
        {"runningCount":1,"maxConcurrent":2,"queuedCount":3,"completedCount":4,"failedCount":1,
         "cancelledCount":0,"oldestRunningAge":720000,"oldestRunningId":"wo_X","paused":true,
         "blockedBy":["paused","disk"],"alerts":["Low disk"]}
        """);

    assertThat(shell().run("queue").out())
        .isEqualTo(
            """
              Running     1 of 2
              Queued      3
              Ended       4 completed, 1 failed, 0 cancelled
              Oldest run  wo_X, for 12m
              Paused      yes
              Blocked by  paused, disk

            ! Low disk
            """);
  }

  @Test
  void theDoctorTellsWhatToDo() {
    server.on("GET /queue/health", "{\"alerts\":[\"Low disk\"]}");
    Shell shell = shell().with("PATH", "/nonexistent").with("ANTHROPIC_API_KEY", "sesame");

    Result result = shell.run("doctor");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains(
            "✗ programs", "Install util-linux", "! queue", "Low disk", "✓ server", server.url())
        .doesNotContain("sesame");
    assertThat(shell.run("doctor", "-o", "json").json().path("items").findValuesAsText("subject"))
        .contains("git", "cgroup", "disk", "data", "agents", "server", "key");
  }

  @Test
  void aPatchInATerminalCannotSteerIt() {
    server.on(
        "GET /runs/" + RUN + "/patch",
        FakeServer.body(200, "+\u001b]0;title\u0007\u001b[2Jevil\n", "text/x-diff"));

    Result result = shell().onATerminal(80).run("patch", ORDER);

    assertThat(result.out().getBytes(StandardCharsets.UTF_8)).asString().isEqualTo("+evil\n");
  }
}
