package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.cli.Shell.Result;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking at orders, and doing something to one or to many. */
class OrdersTest {
  private static final String ONE = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String TWO = "wo_01K9Z4J0W1AAAAAAAAAAAAAAAA";
  private static final String THREE = "wo_01K9Y00000BBBBBBBBBBBBBBBB";

  private static final String FAILED =
      """
      {"id":"%s","status":"failed","taskPrompt":"Fix the login bug\\nand more","agentType":"codex",
       "workspaceSource":{"type":"github","owner":"acme","repo":"shop","branch":"main"},
       "config":{"maxTime":3600000,"maxAttempts":3},"labels":{"team":"checkout"},"priority":5,
       "attempt":2,"currentRunId":"run_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
       "createdAt":"2026-03-01T11:00:00.000Z","startedAt":"2026-03-01T11:10:00.000Z",
       "failedAt":"2026-03-01T11:13:12.000Z","failureReason":"timeout",
       "error":"Execution timed out","usage":{"inputTokens":6500,"outputTokens":42,"costUsd":0.057},
       "changes":{"files":2,"insertions":14,"deletions":3,"patchBytes":1892},
       "publication":{"status":"published","pullRequest":{"number":7,"url":"https://x.test/7"}},
       "result":"I could not\\u001b[31m finish."}
      """
          .formatted(ONE);

  private static final String QUEUED =
      """
      {"id":"%s","status":"queued","taskPrompt":"Update the docs","agentType":"claude-code",
       "workspaceSource":{"type":"empty"},"queuePosition":3,
       "createdAt":"2026-03-01T11:59:18.000Z"}
      """
          .formatted(TWO);

  @TempDir Path home;

  private final FakeServer server = new FakeServer();

  @AfterEach
  void close() {
    server.close();
  }

  private Shell shell() {
    return new Shell(home).with("AGENTGATE_URL", server.url());
  }

  private static String page(String... orders) {
    return "{\"items\":[" + String.join(",", orders) + "],\"total\":" + orders.length + "}";
  }

  @Test
  void aWaitingOrderSaysWhatHoldsItBack() {
    server.on(
        "GET /work-orders/" + TWO,
        QUEUED.replace(
            "\"queuePosition\":3", "\"queuePosition\":3,\"blockedBy\":[\"agent\",\"budget\"]"));

    assertThat(shell().run("get", TWO).out()).contains("position 3, blocked by agent, budget");
  }

  @Test
  void aListFitsATerminalAndCutsIdsShort() {
    server.on("GET /work-orders", page(FAILED, QUEUED));

    Result wide = shell().with("NO_COLOR", "1").onATerminal(120).run("list");

    assertThat(wide.out())
        .isEqualTo(
            """
            ID             STATUS  AGENT        REPOSITORY  AGE  REASON      PROMPT
            wo_01K9Z4J0W3  failed  codex        acme/shop    1h  timeout     Fix the login bug
            wo_01K9Z4J0W1  queued  claude-code  empty       42s  position 3  Update the docs
            """);
    Result narrow = shell().with("NO_COLOR", "1").onATerminal(60).run("list");
    assertThat(narrow.out().lines()).allMatch(line -> line.length() <= 60);
    assertThat(narrow.out()).contains("wo_01K9Z4J0W3  failed");
  }

  @Test
  void elsewhereNothingIsCutAndNothingIsColoured() {
    server.on("GET /work-orders", page(FAILED, QUEUED));

    assertThat(shell().run("list").out()).contains(ONE, TWO).doesNotContain("\u001b");
    assertThat(shell().onATerminal(200).run("list").out()).contains("\u001b[31mfailed");
    assertThat(shell().onATerminal(200).with("TERM", "dumb").run("list").out())
        .doesNotContain("\u001b");
  }

  @Test
  void everyFilterReachesTheServer() {
    server.on("GET /work-orders", page());

    Result result =
        shell()
            .run(
                ("list --status failed,queued --agent codex --repo acme/shop --label team=a:b"
                        + " --reason timeout --after 2h --before 2026-03-01T11:00:00Z")
                    .split(" "));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEqualTo("No order matches.\n");
    assertThat(server.request("GET /work-orders").query())
        .isEqualTo(
            "status=failed&status=queued&agentType=codex&repository=acme/shop&label=team:a:b"
                + "&failureReason=timeout&createdAfter=2026-03-01T10:00:00Z"
                + "&createdBefore=2026-03-01T11:00:00Z&limit=20");
  }

  @Test
  void allPagesBecomeOneDocument() {
    server.on(
        "GET /work-orders",
        FakeServer.json(
            200, "{\"items\":[" + FAILED + "],\"total\":2,\"nextCursor\":\"next\",\"limit\":100}"),
        FakeServer.json(200, page(QUEUED)));

    assertThat(shell().run("list", "--all", "-o", "json").json().path("items")).hasSize(2);
    assertThat(server.requests().getLast().query()).isEqualTo("limit=100&cursor=next");
    assertThat(shell().run("list", "-o", "ndjson").out().lines()).hasSize(1);
    assertThat(shell().run("list", "-o", "id").out()).isEqualTo(TWO + "\n");
  }

  @Test
  void anOrderIsShownWithItsStateRunsAndResult() {
    server
        .on("GET /work-orders/" + ONE, FAILED)
        .on(
            "GET /work-orders/" + ONE + "/runs",
            """
            {"items":[{"id":"run_01K9Z4J0W3V7S5T8Q2N6M4B1CD","attempt":2,"status":"failed",
             "startedAt":"2026-03-01T11:10:00.000Z","endedAt":"2026-03-01T11:13:12.000Z",
             "exitCode":143,"logBytes":2048,"failureReason":"timeout"}]}
            """);

    Result result = shell().run("get", ONE);

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            ONE + "  failed",
            "Why          timeout: Execution timed out",
            "Agent        codex",
            "Workspace    acme/shop at main",
            "Labels       team:checkout",
            "Attempt      2 of 3",
            "after 3m 12s",
            "Cost         $0.06, 6.5k tokens in, 42 out",
            "Change       2 files, +14 -3",
            "Publication  published https://x.test/7",
            "run_01K9Z4J0W3V7S5T8Q2N6M4B1CD        2  failed  3m 12s   143  2.0 KiB  timeout",
            "I could not[31m finish.")
        .doesNotContain("\u001b");
  }

  @Test
  void theRunsOfAServiceWithSeveralInstancesNameThem() {
    String runs = "GET /work-orders/" + ONE + "/runs";
    String run =
        "{\"items\":[{\"id\":\"run_01K9Z4J0W3V7S5T8Q2N6M4B1CD\",\"attempt\":1,\"status\":\"running\""
            + "%s}]}";
    server.on("GET /work-orders/" + ONE, FAILED).on(runs, run.formatted(""));
    assertThat(shell().run("get", ONE).out()).doesNotContain("INSTANCE");

    server.on(runs, run.formatted(",\"instance\":\"agentgate-1\""));
    assertThat(shell().run("get", ONE).out()).contains("INSTANCE", "agentgate-1");
  }

  @Test
  void anIdMayBeCutShortWhileItIsUnambiguous() {
    String older = "{\"id\":\"" + THREE + "\",\"status\":\"queued\"}";
    server
        .on("GET /work-orders", page(FAILED, QUEUED, older))
        .on("GET /work-orders/" + ONE, FAILED)
        .on("GET /work-orders/" + THREE, older);

    assertThat(shell().run("get", "wo_01K9Z4J0W3", "-o", "id").out()).isEqualTo(ONE + "\n");
    assertThat(shell().run("get", "01k9y", "-o", "id").out()).isEqualTo(THREE + "\n");
    Result ambiguous = shell().run("get", "01K9Z");
    assertThat(ambiguous.code()).isEqualTo(2);
    assertThat(ambiguous.err()).contains("2 orders begin with wo_01K9Z: " + ONE + ", " + TWO);
    assertThat(shell().run("get", "01K9ZZ").code()).isEqualTo(3);
    assertThat(shell().run("get", "../etc").code()).isEqualTo(2);
  }

  @Test
  void idsOfTheSameMillisecondAreShownInFull() {
    String orders =
        IntStream.range(0, 3)
            .mapToObj(
                i -> "{\"id\":\"wo_01K9Z4J0W3V7S5T8Q2N6M4B1C" + i + "\",\"status\":\"queued\"}")
            .collect(Collectors.joining(","));
    server.on("GET /work-orders", page(orders));

    assertThat(shell().onATerminal(200).run("list").out())
        .contains("wo_01K9Z4J0W3V7S5T8Q2N6M4B1C2");
  }

  @Test
  void severalOrdersAreCancelledOneByOne() {
    server
        .on("POST /work-orders/" + ONE + "/cancel", "{\"success\":true,\"killed\":true}")
        .on(
            "POST /work-orders/" + TWO + "/cancel",
            FakeServer.problem(409, "conflict", "already in terminal state"));

    Result result = shell().run("cancel", TWO, ONE);

    assertThat(result.code()).isEqualTo(6);
    assertThat(result.out()).isEqualTo(ONE + " cancelled\n");
    assertThat(result.err()).isEqualTo(TWO + ": already in terminal state.\n");
  }

  @Test
  void manyAreAskedAboutOnATerminal() {
    server.on(
        "POST /work-orders/cancel",
        FakeServer.json(200, "{\"success\":true,\"cancelled\":0,\"wouldCancel\":12}"),
        FakeServer.json(200, "{\"success\":true,\"cancelled\":11}"));

    Result yes =
        shell().onATerminal(80).input("y\n").run("cancel", "--status", "queued", "-l", "a:b");

    assertThat(yes.code()).isZero();
    assertThat(yes.err()).contains("Cancel 12 orders? [y/N]");
    assertThat(yes.out()).isEqualTo("11 orders cancelled\n");
    assertThat(server.requests())
        .extracting(FakeServer.Request::query)
        .containsExactly("status=queued&label=a:b&dryRun=true", "status=queued&label=a:b");
  }

  @Test
  void withoutAYesNothingIsDone() {
    server.on("POST /work-orders/runs", "{\"success\":true,\"queued\":0,\"wouldQueue\":2}");

    Result no = shell().onATerminal(80).input("\n").run("retry", "--status", "failed");

    assertThat(no.err()).contains("Retry 2 orders? [y/N]", "Nothing was done.");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void withoutATerminalManyOrdersNeedYes() {
    server.on(
        "DELETE /work-orders",
        FakeServer.json(200, "{\"success\":true,\"purged\":0,\"wouldPurge\":3}"),
        FakeServer.json(200, "{\"success\":true,\"purged\":0,\"wouldPurge\":3}"),
        FakeServer.json(200, "{\"success\":true,\"purged\":3}"));
    String[] purge = {"purge", "--status", "failed", "--older-than", "7d"};

    Result asked = shell().run(purge);
    assertThat(asked.code()).isEqualTo(2);
    assertThat(asked.err()).contains("--yes");
    assertThat(shell().run("purge", "--status", "failed", "--dry-run").out())
        .isEqualTo("This would purge 3 orders.\n");
    assertThat(shell().run("purge", "--status", "failed", "--older-than", "7d", "--yes").out())
        .isEqualTo("3 orders purged\n");
    assertThat(server.requests().getLast().query())
        .isEqualTo("purge=true&olderThan=7d&status=failed");
  }

  @Test
  void ordersThatCouldNotBeChangedAreNamed() {
    server.on(
        "POST /work-orders/cancel",
        "{\"success\":false,\"cancelled\":1,\"failed\":1,\"failures\":[{\"workOrderId\":\""
            + ONE
            + "\",\"error\":\"Busy\"}],\"error\":\"The disk is full\"}");

    Result result = shell().run("cancel", "--status", "queued", "--yes");

    assertThat(result.code()).isEqualTo(6);
    assertThat(result.out()).isEqualTo("1 order cancelled\n");
    assertThat(result.err()).isEqualTo(ONE + ": Busy\nThe disk is full\n");
  }

  @Test
  void filtersAndIdsDoNotMixAndNeitherIsTooLittle() {
    assertThat(shell().run("cancel").code()).isEqualTo(2);
    assertThat(shell().run("cancel", ONE, "--status", "queued").code()).isEqualTo(2);
    assertThat(shell().run("cancel", "--label", "a:b").err()).contains("Add --status");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aRetryMayContinueWithAnotherPrompt() {
    server.on("POST /work-orders/" + ONE + "/runs", "{\"success\":true,\"started\":false}");

    assertThat(shell().run("retry", ONE, "--prompt", "Add a test").out())
        .isEqualTo(ONE + " queued\n");
    assertThat(server.requests().getLast().body()).isEqualTo("{\"taskPrompt\":\"Add a test\"}");
    shell().run("retry", ONE);
    assertThat(server.requests().getLast().body()).isEmpty();
  }

  @Test
  void aKillThatLeavesSomethingAliveIsAFailure() {
    server.on(
        "POST /work-orders/" + ONE + "/kill",
        FakeServer.json(200, "{\"success\":true,\"durationMs\":1200}"),
        FakeServer.json(200, "{\"success\":false,\"survivors\":1,\"durationMs\":1}"));

    assertThat(shell().run("kill", ONE).out()).isEqualTo(ONE + " killed after 1.2s\n");
    assertThat(shell().run("kill", "--force", ONE).code()).isEqualTo(1);
    assertThat(server.requests().getLast().query()).isEqualTo("force=true");
  }
}
