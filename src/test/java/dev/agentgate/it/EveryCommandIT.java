package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.agentgate.git.GitProgram;
import dev.agentgate.git.GitServer;
import dev.agentgate.it.ClientProcess.Said;
import dev.agentgate.publish.FakeGitHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every command in a process of its own against the packaged service: on a terminal, where
 * people read, and without one, where a program parses.
 */
@Timeout(300)
class EveryCommandIT {
  private static final String KEY = "sesame-0123456789";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String COLOUR = "\u001b[";

  @TempDir static Path home;

  private static GitServer git;
  private static FakeGitHub gitHub;
  private static Service service;
  private static ClientProcess client;
  private static Client api;

  /** An order that changed a repository. */
  private static String changed;

  @BeforeAll
  static void start() throws Exception {
    Path keyFile = Files.writeString(home.resolve("key"), KEY + "\n");
    Path repositories = Files.createDirectory(home.resolve("repositories"));
    Path shop = GitProgram.publishShop(repositories);
    assertThat(shop).exists();
    gitHub = new FakeGitHub();
    git = new GitServer(repositories, FakeGitHub.TOKEN, () -> {});
    service =
        Service.in(Files.createDirectory(home.resolve("service")))
            .with("AGENTGATE_AUTH_API_KEY", KEY)
            .with("AGENTGATE_GITHUB_BASE_URL", "http://127.0.0.1:" + git.port())
            .with("AGENTGATE_GITHUB_API_URL", gitHub.url().toString())
            .with("AGENTGATE_GITHUB_TOKEN", FakeGitHub.TOKEN);
    service.start();
    client = new ClientProcess(service, home, keyFile);
    api = service.client().withKey(KEY);
    changed =
        api.submit(
            "echo changed > file.txt; echo said it",
            body -> body.putObject("workspaceSource").put("repo", "acme/shop"));
    assertThat(api.awaitEnd(changed).path("status").asText()).isEqualTo("completed");
  }

  @AfterAll
  static void stop() {
    service.close();
    git.close();
    gitHub.close();
  }

  /** Runs a command in both ways; each must succeed. */
  private static void check(
      List<String> arguments, Consumer<String> terminal, Consumer<JsonNode> json)
      throws IOException, InterruptedException {
    onATerminal(arguments, terminal);
    asJson(arguments, json);
  }

  private static void onATerminal(List<String> arguments, Consumer<String> check)
      throws IOException, InterruptedException {
    Said said = client.run(true, arguments.toArray(String[]::new));
    assertThat(said.code()).as(said.out()).isZero();
    check.accept(said.out().replace("\r\n", "\n"));
  }

  private static void asJson(List<String> arguments, Consumer<JsonNode> check)
      throws IOException, InterruptedException {
    String[] words =
        Stream.concat(arguments.stream(), Stream.of("-o", "json")).toArray(String[]::new);
    Said said = client.run(false, words);
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out()).doesNotContain(COLOUR);
    check.accept(said.json());
  }

  private static String running() {
    String id = api.submit("sleep 600", _ -> {});
    await()
        .atMost(PATIENCE)
        .until(
            () -> api.get("/work-orders/" + id).json().path("status").asText().equals("running"));
    return id;
  }

  private static String ended(String script) {
    String id = api.submit(script, _ -> {});
    assertThat(api.awaitEnd(id).path("status").asText()).isIn("completed", "failed");
    return id;
  }

  @Test
  void submit() throws Exception {
    check(
        List.of("submit", "--empty", "--agent", "shell", "--label", "by:submit", "true"),
        text -> assertThat(text).containsPattern("wo_\\w{26}\n.*agentgate logs -f wo_"),
        order -> assertThat(order.path("labels").path("by").asText()).isEqualTo("submit"));
  }

  @Test
  void list() throws Exception {
    check(
        List.of("list", "--status", "completed", "--repo", "acme/shop"),
        text -> assertThat(text).contains("STATUS", "acme/shop", "echo changed", COLOUR),
        page -> assertThat(page.path("items").path(0).path("id").asText()).isEqualTo(changed));
  }

  @Test
  void get() throws Exception {
    check(
        List.of("get", changed),
        text -> assertThat(text).contains(changed, "completed", "1 file, +1 -1", COLOUR),
        order -> assertThat(order.path("id").asText()).isEqualTo(changed));
  }

  @Test
  void logs() throws Exception {
    check(
        List.of("logs", changed, "--tail", "1"),
        text -> assertThat(text).isEqualTo("said it\n"),
        log -> assertThat(log.path("text").asText()).isEqualTo("said it\n"));
  }

  @Test
  void followedLogs() throws Exception {
    List<String> follow = List.of("logs", "-f", changed, "-n", "1");
    onATerminal(follow, text -> assertThat(text).contains("said it\n", changed, "completed"));
    asJson(follow, line -> assertThat(line.path("line").asText()).isEqualTo("said it"));
  }

  @Test
  void waiting() throws Exception {
    check(
        List.of("wait", changed),
        text -> assertThat(text).contains(changed, "completed", COLOUR),
        order -> assertThat(order.path("status").asText()).isEqualTo("completed"));
  }

  @Test
  void cancel() throws Exception {
    String seen = running();
    // Before it, a slow machine may say that it still waits.
    onATerminal(List.of("cancel", seen), text -> assertThat(text).endsWith(seen + " cancelled\n"));
    String parsed = running();
    asJson(
        List.of("cancel", parsed),
        answer -> assertThat(answer.path("id").asText()).isEqualTo(parsed));
    assertThat(api.awaitEnd(parsed).path("status").asText()).isEqualTo("cancelled");
  }

  @Test
  void kill() throws Exception {
    String seen = running();
    onATerminal(List.of("kill", seen), text -> assertThat(text).contains(seen, "killed"));
    String parsed = running();
    asJson(
        List.of("kill", parsed), answer -> assertThat(answer.path("survivors").asInt(-1)).isZero());
    assertThat(api.awaitEnd(parsed).path("status").asText()).isEqualTo("failed");
  }

  @Test
  void retry() throws Exception {
    String seen = ended("exit 1");
    onATerminal(List.of("retry", seen), text -> assertThat(text).contains(seen, "queued"));
    String parsed = ended("exit 1");
    asJson(
        List.of("retry", parsed),
        answer -> assertThat(answer.path("id").asText()).isEqualTo(parsed));
    await()
        .atMost(PATIENCE)
        .until(() -> api.get("/work-orders/" + parsed).json().path("attempt").asInt() == 2);
  }

  @Test
  void purge() throws Exception {
    String seen = ended("true");
    onATerminal(List.of("purge", seen), text -> assertThat(text).isEqualTo(seen + " purged\n"));
    String parsed = ended("true");
    asJson(
        List.of("purge", parsed), answer -> assertThat(answer.path("purged").asBoolean()).isTrue());
    assertThat(api.get("/work-orders/" + parsed).status()).isEqualTo(404);
  }

  @Test
  void patch() throws Exception {
    check(
        List.of("patch", changed),
        text -> assertThat(text).contains("diff --git a/file.txt b/file.txt", "+changed"),
        changes ->
            assertThat(changes.path("files").path(0).path("path").asText()).isEqualTo("file.txt"));
  }

  @Test
  void publish() throws Exception {
    List<String> command = List.of("publish", changed, "--title", "Change it", "--label", "agent");
    onATerminal(command, text -> assertThat(text).containsPattern("run_\\w{26} pending"));
    awaitPublished();
    asJson(command, answer -> assertThat(answer.path("as").asText()).isEqualTo("pull_request"));
    awaitPublished();
    assertThat(gitHub.pulls).hasSize(1);
    assertThat(gitHub.pulls.getFirst().path("title").asText()).isEqualTo("Change it");
    onATerminal(
        List.of("get", changed),
        text -> assertThat(text).contains(gitHub.pulls.getFirst().path("html_url").asText()));
  }

  private static void awaitPublished() {
    await()
        .atMost(PATIENCE)
        .until(() ->
            api.get("/work-orders/" + changed)
                .json()
                .path("publication")
                .path("status")
                .asText()
                .equals("published"));
  }

  @Test
  void queue() throws Exception {
    check(
        List.of("queue"),
        text -> assertThat(text).contains("Running", "Queued"),
        health -> assertThat(health.path("paused").isBoolean()).isTrue());
  }

  @Test
  void pauseAndResume() throws Exception {
    check(
        List.of("pause"),
        text -> assertThat(text).isEqualTo("The queue is paused.\n"),
        queue -> assertThat(queue.path("paused").asBoolean()).isTrue());
    check(
        List.of("resume"),
        text -> assertThat(text).isEqualTo("The queue is resumed.\n"),
        queue -> assertThat(queue.path("paused").asBoolean(true)).isFalse());
  }

  @Test
  void agents() throws Exception {
    check(
        List.of("agents"),
        text -> assertThat(text).contains("claude-code", "shell", COLOUR),
        list -> assertThat(list.path("items").findValuesAsText("type")).contains("shell"));
  }

  @Test
  void usage() throws Exception {
    check(
        List.of("usage", "--by", "agent", "--from", "1d"),
        text -> assertThat(text).contains("AGENT", "shell"),
        list -> {
          assertThat(list.path("items").path(0).path("key").asText()).isEqualTo("shell");
          assertThat(list.path("items").path(0).path("runs").asInt()).isPositive();
        });
  }

  @Test
  void instances() throws Exception {
    check(
        List.of("instances"),
        text -> assertThat(text).contains("INSTANCE"),
        list -> assertThat(list.path("items")).hasSize(1));
  }

  @Test
  void events() throws Exception {
    for (boolean terminal : new boolean[] {true, false}) {
      Process events =
          terminal ? client.start(true, "events") : client.start(false, "events", "-o", "ndjson");
      try (BufferedReader output = events.inputReader(StandardCharsets.UTF_8)) {
        String line = "";
        while (!line.contains("completed")) {
          String id = api.submit("true", _ -> {});
          assertThat(api.awaitEnd(id).path("status").asText()).isEqualTo("completed");
          while (output.ready() && !line.contains("completed")) {
            line = Objects.requireNonNull(output.readLine());
          }
        }
        if (terminal) {
          assertThat(line).contains("running → ");
        } else {
          JsonNode event = new Said(0, line, "").json().path("event");
          assertThat(event.path("previousStatus").asText()).isEqualTo("running");
        }
        if (terminal) {
          interrupt(events);
        }
      } finally {
        events.destroy();
      }
    }
  }

  @Test
  void aListIsWatchedUntilCtrlC() throws Exception {
    Process watch = client.start(true, "list", "--watch", "--status", "completed");
    try (BufferedReader output = watch.inputReader(StandardCharsets.UTF_8)) {
      awaitText(output, "STATUS");
      assertThat(ended("true # seen")).isNotEmpty();
      awaitText(output, "true # seen");
      interrupt(watch);
    } finally {
      watch.destroy();
    }
  }

  @Test
  void aWaitIsLeftWithCtrlC() throws Exception {
    String id = running();
    Process wait = client.start(true, "wait", id);
    try (BufferedReader output = wait.inputReader(StandardCharsets.UTF_8)) {
      awaitText(output, "running");
      interrupt(wait);
    } finally {
      wait.destroy();
    }
    assertThat(api.status(id)).isEqualTo("running");
    assertThat(client.run(false, "cancel", id).code()).isZero();
  }

  @Test
  void aServerThatIsAwayIsAnExitCodeOfItsOwn() throws Exception {
    for (boolean terminal : new boolean[] {true, false}) {
      Said said = client.run(terminal, "list", "--url", "http://127.0.0.1:1");
      assertThat(said.code()).isEqualTo(5);
      assertThat(said.out() + said.err()).contains("http://127.0.0.1:1").doesNotContain(KEY);
    }
  }

  private static void awaitText(BufferedReader output, String text) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      int next = output.read();
      assertThat(next).as("The command has ended: %s", seen).isNotNegative();
      seen.append((char) next);
    }
  }

  private static void interrupt(Process process) throws IOException, InterruptedException {
    try (OutputStream keyboard = process.getOutputStream()) {
      keyboard.write(3);
    }
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
  }

  @Test
  void manual() throws Exception {
    for (boolean terminal : new boolean[] {true, false}) {
      assertThat(client.run(terminal, "manual").out()).contains(".TH", "submit");
    }
  }

  @Test
  void doctor() throws Exception {
    Said seen = client.run(true, "doctor");
    assertThat(seen.out()).contains("git", "server").doesNotContain(KEY);
    Said parsed = client.run(false, "doctor", "-o", "json");
    assertThat(parsed.json().path("items").findValuesAsText("subject")).contains("git", "server");
    assertThat(List.of(seen.code(), parsed.code())).isSubsetOf(0, 1);
  }

  @Test
  void completion() throws Exception {
    for (String shell : List.of("bash", "zsh", "fish")) {
      onATerminal(
          List.of("completion", shell), text -> assertThat(text).contains("agentgate", "publish"));
      assertThat(client.run(false, "completion", shell).out()).contains("agentgate", "publish");
    }
  }

  @Test
  void version() throws Exception {
    check(
        List.of("version"),
        text -> assertThat(text).startsWith("agentgate "),
        version -> assertThat(version.path("version").asText()).isNotEmpty());
  }
}
