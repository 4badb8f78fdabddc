package dev.agentgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.cli.FakeServer.Request;
import dev.agentgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `submit` sends and prints. */
class SubmitTest {
  private static final String ORDER = "wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD";
  private static final String QUEUED = "{\"id\":\"" + ORDER + "\",\"status\":\"queued\"}";
  private static final String SUBMIT = "POST /work-orders";

  @TempDir Path home;

  private final FakeServer server = new FakeServer();

  @BeforeEach
  void answer() {
    server.on(SUBMIT, FakeServer.json(201, QUEUED));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Shell shell() {
    return new Shell(home).with("AGENTGATE_URL", server.url());
  }

  private static JsonNode body(Request request) {
    try {
      return new ObjectMapper().readTree(request.body());
    } catch (JsonProcessingException e) {
      throw new AssertionError(request.body(), e);
    }
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text.replace('\'', '"'));
  }

  @Test
  void everyOptionReachesTheServer() throws IOException {
    Result result =
        shell()
            .run(
                ("submit --repo acme/shop@v1.2 --agent codex --model gpt-5 --label team:checkout"
                        + " -l size=big --priority 5 --max-time 30m --idle-timeout 90s"
                        + " --queue-ttl 1d --max-attempts 3 --retry-on exit_code,timeout"
                        + " --retry-mode resume --max-iterations 7 --max-cost 2.50"
                        + " --publish pull-request --publish-branch fix --publish-base main"
                        + " --publish-title T --publish-body B --publish-draft"
                        + " --publish-label a,b Fix")
                    .split(" "));

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo(ORDER + "\n");
    assertThat(body(server.request(SUBMIT)))
        .isEqualTo(
            json(
                """
                {'taskPrompt':'Fix','workspaceSource':{'repo':'acme/shop','ref':'v1.2'},
                 'agentType':'codex','priority':5,'maxIterations':7,
                 'labels':{'team':'checkout','size':'big'},
                 'config':{'model':'gpt-5','maxTime':1800000,'idleTimeout':90000,
                  'queueTtl':86400000,'maxAttempts':3,'retryMode':'resume','maxCostUsd':2.50,
                  'retryOn':['exit_code','timeout']},
                 'publish':{'as':'pull_request','branch':'fix','base':'main','title':'T',
                  'body':'B','draft':true,'labels':['a','b']}}
                """));
  }

  @Test
  void aWorkspaceHasManyForms() throws IOException {
    assertThat(source("--repo", "https://github.com/acme/shop/tree/main"))
        .isEqualTo(json("{'url':'https://github.com/acme/shop/tree/main'}"));
    assertThat(source("--repo", "git@github.com:acme/shop.git", "--branch", "main"))
        .isEqualTo(json("{'url':'git@github.com:acme/shop.git','branch':'main'}"));
    assertThat(source("--git", "ssh://host/x.git", "--ref", "v1"))
        .isEqualTo(json("{'type':'git','url':'ssh://host/x.git','ref':'v1'}"));
    assertThat(source("--local", "/srv/x/../shop"))
        .isEqualTo(json("{'type':'local','path':'/srv/shop'}"));
    assertThat(source("--empty")).isEqualTo(json("{'type':'empty'}"));
  }

  private JsonNode source(String... options) {
    List<String> arguments = new ArrayList<>(List.of("submit", "Fix"));
    arguments.addAll(List.of(options));
    assertThat(shell().run(arguments.toArray(String[]::new)).code()).isZero();
    return body(server.requests().getLast()).path("workspaceSource");
  }

  @Test
  void withoutAWorkspaceOrWithTwoItAsks() {
    assertThat(shell().run("submit", "Fix").err()).contains("Say where the agent works");
    Result two = shell().run("submit", "Fix", "--empty", "--repo", "acme/shop");
    assertThat(two.code()).isEqualTo(2);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void thePromptMayComeFromAFileOrStandardInput() throws IOException {
    Path file = Files.writeString(home.resolve("task.md"), "From a file: ü\n");

    assertThat(prompt(shell(), "--prompt-file", file.toString())).isEqualTo("From a file: ü\n");
    assertThat(prompt(shell().input("From a pipe"))).isEqualTo("From a pipe");
    assertThat(prompt(shell().input("Asked for"), "-")).isEqualTo("Asked for");
  }

  private String prompt(Shell shell, String... arguments) {
    List<String> all = new ArrayList<>(List.of("submit", "--empty"));
    all.addAll(List.of(arguments));
    Result result = shell.run(all.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    return body(server.requests().getLast()).path("taskPrompt").asText();
  }

  @Test
  void anEmptyPromptIsNotSent() {
    assertThat(shell().input(" \n").run("submit", "--empty").code()).isEqualTo(2);
    Result onTerminal = shell().onATerminal(80).run("submit", "--empty");
    assertThat(onTerminal.code()).isEqualTo(2);
    assertThat(onTerminal.err()).contains("Say what to do");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aBrokenConnectionIsRepeatedWithTheSameKey() {
    server.on(
        SUBMIT,
        FakeServer.hangUp(),
        FakeServer.problem(503, "stopping", "Stopping"),
        FakeServer.json(200, QUEUED));

    Result result = shell().run("submit", "--empty", "Fix");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo(ORDER + "\n");
    assertThat(result.err()).contains("Repeating the request, which is safe");
    assertThat(server.requests().stream().map(Request::idempotency).distinct())
        .singleElement()
        .asString()
        .startsWith("cli-");
  }

  @Test
  void ifTheOutcomeStaysUnknownTheKeyIsShown() {
    server.on(SUBMIT, FakeServer.hangUp());

    Result result = shell().run("submit", "--empty", "Fix", "--request-timeout", "1s");

    assertThat(result.code()).isEqualTo(5);
    assertThat(result.err())
        .contains("--idempotency-key " + server.requests().getFirst().idempotency());
    Result nothingSent =
        new Shell(home).run("submit", "--empty", "Fix", "--url", FakeServer.nowhere());
    assertThat(nothingSent.err()).doesNotContain("idempotency");
  }

  @Test
  void jsonIsWhatTheServerSaidWithFieldsThatAreNotKnownHere() throws IOException {
    server.on(SUBMIT, FakeServer.json(201, "{\"id\":\"" + ORDER + "\",\"newer\":{\"x\":1}}"));

    assertThat(shell().run("submit", "--empty", "Fix", "-o", "json").json().at("/newer/x").asInt())
        .isEqualTo(1);
  }

  @Test
  void theLastOrderIsRemembered() {
    server.on("GET /work-orders/" + ORDER, QUEUED);
    shell().run("submit", "--empty", "Fix");

    assertThat(shell().run("get", "@last", "-o", "id").out()).isEqualTo(ORDER + "\n");
    Result elsewhere = new Shell(home).run("get", "@last", "--url", FakeServer.nowhere());
    assertThat(elsewhere.code()).isEqualTo(3);
    assertThat(elsewhere.err()).contains("No order was submitted from here");
  }

  @Test
  void manyOrdersComeFromAFileAndOptionsFillInWhatTheyLeaveOut() throws IOException {
    server.on(
        "POST /work-orders/batch",
        FakeServer.json(
            200,
            """
            {"items":[{"status":201,"workOrder":{"id":"wo_A"}},
             {"status":400,"problem":{"status":400,"detail":"priority must be -100 to 100"}},
             {"status":201,"workOrder":{"id":"wo_B"}}]}
            """));
    Path file =
        Files.writeString(
            home.resolve("orders.yaml"),
            """
            - taskPrompt: One
              workspaceSource: {repo: acme/shop}
              labels: {team: a}
            - taskPrompt: Two
              priority: 500
            - taskPrompt: Three
              idempotencyKey: mine
            """);

    Result result =
        shell()
            .run(
                "submit",
                "-f",
                file.toString(),
                "--empty",
                "-l",
                "team:b",
                "--idempotency-key",
                "run7");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEqualTo("wo_A\nwo_B\n");
    assertThat(result.err())
        .contains("Order 2: priority must be -100 to 100.", "Submitted 2 of 3 orders.");
    JsonNode items = body(server.request("POST /work-orders/batch")).path("items");
    assertThat(items.findValuesAsText("idempotencyKey"))
        .containsExactly("run7-1", "run7-2", "mine");
    assertThat(items.findValuesAsText("team")).containsExactly("a", "b", "b");
    assertThat(items.at("/2/workspaceSource/type").asText()).isEqualTo("empty");
  }

  @Test
  void linesOfJsonAreOrdersToo() {
    server.on(
        "POST /work-orders/batch",
        FakeServer.json(
            200,
            "{\"items\":[{\"status\":201,\"workOrder\":{\"id\":\"wo_A\"}},"
                + "{\"status\":201,\"workOrder\":{\"id\":\"wo_B\"}}]}"));

    Result result =
        shell()
            .input("{\"taskPrompt\":\"One\"}\n{\"taskPrompt\":\"Two\"}\n")
            .run("submit", "-f", "-", "--empty");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(body(server.request("POST /work-orders/batch")).path("items")).hasSize(2);
  }

  @Test
  void aFileThatIsNotOneIsRefusedWithItsLine() throws IOException {
    Path file =
        Files.writeString(home.resolve("orders.ndjson"), "{\"taskPrompt\":\"One\"}\n{oops\n");

    Result result = shell().run("submit", "-f", file.toString(), "--empty");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("orders.ndjson is not valid JSON, in line 2");
  }
}
