package dev.agentgate.it;

import static dev.agentgate.it.Client.script;
import static dev.agentgate.it.Client.time;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of the API relies on, whatever the service runs on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndToEndContract {
  private static final Duration START_LIMIT = Duration.ofMinutes(1);

  @TempDir static Path home;

  private final Map<String, String> commits = new ConcurrentHashMap<>();
  private Service service;
  private Client client;
  private Duration startUp;

  /** In what surroundings the service runs. */
  abstract Host host();

  @BeforeAll
  void startService() {
    host().assume();
    service =
        Service.in(home)
            .on(host())
            .withJavaOptions()
            .with("AGENTGATE_GITHUB_BASE_URL", "file://" + makeRepository())
            .with("AGENTGATE_GITHUB_OWNER", "acme");
    client = service.client();
    startUp = service.start();
    System.out.printf(
        "Start-up (%s): %d ms from exec to ready with an empty store%n",
        host(), startUp.toMillis());
  }

  @AfterAll
  void stopService() {
    if (service != null) {
      service.close();
    }
  }

  @BeforeEach
  void resume() {
    client.post("/queue/resume");
  }

  /** A bare repository {@code acme/shop} with two branches; returns the root of all. */
  private Path makeRepository() {
    try {
      Path work = Files.createDirectories(home.toRealPath().resolve("work"));
      Path root = Files.createDirectories(home.toRealPath().resolve("remotes/acme"));
      Path bare = root.resolve("shop.git");
      git(work, "init", "-q", "-b", "main");
      Files.writeString(work.resolve("file.txt"), "on main\n");
      commit(work, "main");
      git(work, "checkout", "-q", "-b", "feature/x");
      Files.writeString(work.resolve("file.txt"), "on feature\n");
      commit(work, "feature/x");
      git(work, "checkout", "-q", "main");
      Service.run("git", "clone", "-q", "--bare", work.toString(), bare.toString());
      if (host() == Host.UNPRIVILEGED) {
        Service.run("chown", "-R", "65534:65534", root.toString());
      }
      return root.getParent();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void commit(Path work, String branch) throws IOException {
    git(work, "add", ".");
    git(work, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", branch);
    commits.put(branch, Files.readString(work.resolve(".git/refs/heads").resolve(branch)).strip());
  }

  private static void git(Path in, String... arguments) {
    Service.run(
        Host.join(List.of("git", "-C", in.toString()), List.of(arguments)).toArray(String[]::new));
  }

  @Test
  void itIsReadyWithinSeconds() {
    // The goal is two; machines that build are slow and busy, so this only catches a scan or fetch.
    assertThat(startUp).isLessThan(START_LIMIT);
  }

  @ParameterizedTest
  @CsvSource({
    "main, url, https://github.com/acme/shop",
    "main, url, https://github.com/acme/shop.git",
    "main, url, git@github.com:acme/shop.git",
    "feature/x, url, https://github.com/acme/shop/tree/feature/x",
    "main, repo, acme/shop",
    "main, repo, shop"
  })
  void everyFormOfAGitHubSourceReachesTheRightCommit(String branch, String field, String value) {
    String id =
        client.submit(
            "git rev-parse HEAD; cat file.txt",
            body -> body.putObject("workspaceSource").put(field, value));
    assertThat(client.awaitEnd(id).path("status").asText())
        .as(client.order(id).toString())
        .isEqualTo("completed");
    assertThat(client.log(id)).contains(commits.get(branch));
  }

  @Test
  void aBranchIsCheckedOut() {
    String id =
        client.submit(
            "git rev-parse HEAD; cat file.txt",
            body ->
                body.putObject("workspaceSource")
                    .put("owner", "acme")
                    .put("repo", "shop")
                    .put("branch", "feature/x"));
    client.awaitEnd(id);
    assertThat(client.log(id)).isEqualTo(commits.get("feature/x") + "\non feature\n");
  }

  @Test
  void theLogIsReadableWhileTheAgentRunsAndTheExitCodeIsReal() throws IOException {
    Path go = service.outside("go");
    String id =
        client.submit(
            "echo first; while [ ! -e " + go + " ]; do sleep 0.1; done; echo last >&2; exit 7");
    assertThat(client.awaitLog(id, "first")).isEqualTo("first\n");
    assertThat(client.status(id)).isEqualTo("running");
    Files.createFile(go);
    JsonNode order = client.awaitEnd(id);
    assertThat(order.path("status").asText()).isEqualTo("failed");
    assertThat(order.path("exitCode").asInt()).isEqualTo(7);
    assertThat(order.path("failureReason").asText()).isEqualTo("exit_code");
    assertThat(client.log(id)).isEqualTo("first\nlast\n");
    JsonNode run = client.get("/runs/" + order.path("currentRunId").asText()).json();
    assertThat(run.path("exitCode").asInt()).isEqualTo(7);
    assertThat(run.path("logBytes").asInt()).isEqualTo("first\nlast\n".length());
  }

  @Test
  void aFollowerOfTheLogHearsItAllAndTheEnd() throws IOException {
    String id = client.submit("for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done");
    client.awaitStatus(id, "running", "completed");
    String run = client.order(id).path("currentRunId").asText();
    String heard;
    try (InputStream stream = client.open("/runs/" + run + "/log/stream")) {
      heard = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(heard).contains("line 1", "line 5", "event: end", "\"status\":\"completed\"");
  }

  @Test
  void fiveOrdersRunTwoAtATimeInOrder() throws IOException {
    List<Path> gates = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    client.post("/queue/pause");
    for (int i = 0; i < 5; i++) {
      Path gate = service.outside("five-" + i);
      gates.add(gate);
      ids.add(client.submit("while [ ! -e " + gate + " ]; do sleep 0.1; done"));
    }
    assertThat(ids).allMatch(id -> client.status(id).equals("queued"));
    client.post("/queue/resume");
    client.awaitStatus(ids.get(1), "running");
    for (int i = 0; i < 5; i++) {
      List<String> statuses = ids.stream().map(client::status).toList();
      assertThat(statuses.subList(i, Math.min(5, i + 2))).containsOnly("running");
      assertThat(statuses.subList(Math.min(5, i + 2), 5)).allMatch("queued"::equals);
      Files.createFile(gates.get(i));
      assertThat(client.awaitEnd(ids.get(i)).path("status").asText()).isEqualTo("completed");
      if (i + 2 < 5) {
        client.awaitStatus(ids.get(i + 2), "running");
      }
    }
    assertThat(ids.stream().map(client::order).map(order -> time(order, "startedAt")).toList())
        .isSorted();
  }

  @Test
  void higherPriorityStartsFirst() {
    client.post("/queue/pause");
    List<Integer> priorities = List.of(-5, 0, 7, 3, 100);
    List<String> ids =
        priorities.stream()
            .map(priority -> client.submit("true", body -> body.put("priority", priority)))
            .toList();
    assertThat(client.order(ids.get(4)).path("queuePosition").asInt()).isEqualTo(1);
    assertThat(client.order(ids.get(0)).path("queuePosition").asInt()).isEqualTo(5);
    client.post("/queue/resume");
    ids.forEach(client::awaitEnd);
    List<Integer> started =
        ids.stream()
            .map(client::order)
            .sorted(Comparator.comparing(order -> time(order, "startedAt")))
            .map(order -> order.path("priority").asInt())
            .toList();
    // Two start in the same moment, so a pair may tie.
    assertThat(started.subList(0, 2)).containsExactlyInAnyOrder(100, 7);
    assertThat(started.getLast()).isIn(-5, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{}",
        "{\"taskPrompt\":7,\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"taskPrompt\":\"\",\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":[]}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"type\":\"nonsense\"}}",
        "{\"taskPrompt\":\"x\",\"agentType\":\"nobody\",\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"taskPrompt\":\"x\",\"priority\":1e99,\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"taskPrompt\":\"x\",\"config\":{\"maxTime\":\"5 years\"},\"workspaceSource\":{\"type\":\"empty\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"url\":\"https://evil.tld/github.com/a/b\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"repo\":\"a/b/c\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"repo\":\"owner/\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"repo\":\"../x\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"repo\":\"--upload-pack=x\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"type\":\"git\",\"url\":\"ext::sh -c x\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"type\":\"local\",\"path\":\"/etc\"}}",
        "{\"taskPrompt\":\"x\",\"workspaceSource\":{\"repo\":\"shop\",\"branch\":\"--orphan\"}}"
      })
  void aHostileBodyIsRefusedWithAProblem(String body) {
    Answer answer = send(body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertIsProblem(answer);
  }

  @Test
  void aBodyOfTenMegabytesIsRefused() {
    Answer answer = send("{\"taskPrompt\":\"" + "x".repeat(10_000_000) + "\"}");
    assertThat(answer.status()).isEqualTo(413);
    assertIsProblem(answer);
  }

  @Test
  void aPromptOfEveryUnicodePlaneArrives() {
    StringBuilder planes = new StringBuilder();
    for (int plane = 0; plane <= 16; plane++) {
      planes.appendCodePoint(plane * 0x10000 + 0x263A);
    }
    String id = client.submit("cat <<'end'\n" + planes + "\nend");
    client.awaitEnd(id);
    assertThat(client.log(id)).isEqualTo(planes + "\n");
  }

  private Answer send(String body) {
    return client.call(
        "POST",
        "/api/v1/work-orders",
        BodyPublishers.ofString(body),
        "Content-Type",
        "application/json");
  }

  private static void assertIsProblem(Answer answer) {
    assertThat(answer.raw().headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
    assertThat(answer.detail()).isNotBlank().isEqualTo(answer.json().path("error").asText());
  }

  @Test
  void theSameIdempotencyKeyGivesTheSameOrder() {
    ObjectNode body = script("true");
    Answer first = client.post("/work-orders", body, "Idempotency-Key", "once");
    Answer second = client.post("/work-orders", body, "Idempotency-Key", "once");
    Answer other = client.post("/work-orders", script("false"), "Idempotency-Key", "once");
    assertThat(List.of(first.status(), second.status(), other.status()))
        .containsExactly(201, 200, 409);
    assertThat(second.json().path("id")).isEqualTo(first.json().path("id"));
    client.awaitEnd(first.json().path("id").asText());
  }

  @Test
  void aHostThatIsNotALoopbackNameIsRefused() throws IOException {
    assertThat(statusWithHost("rebound.example.com")).isEqualTo("HTTP/1.1 403 Forbidden");
    assertThat(statusWithHost("localhost:" + service.port())).isEqualTo("HTTP/1.1 200 OK");
  }

  private String statusWithHost(String name) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      OutputStream out = socket.getOutputStream();
      String request =
          "GET /api/v1/queue/health HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n";
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.lines().findFirst().orElse("");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/q/openapi, , application/yaml",
    "/q/openapi.yaml, , application/yaml",
    "/q/openapi?format=json, , application/json",
    "/q/openapi, application/json, application/json",
    "/q/openapi.json, , application/json"
  })
  void theOpenApiDocumentIsServed(String path, String accept, String type) throws IOException {
    Answer answer =
        client.call(
            "GET", path, BodyPublishers.noBody(), "Accept", accept == null ? "*/*" : accept);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue(type + ";charset=UTF-8");
    String checkedIn = Files.readString(Path.of("docs", "openapi.yaml"));
    if (type.equals("application/yaml")) {
      assertThat(answer.text()).isEqualTo(checkedIn);
    } else {
      assertThat(answer.json()).isEqualTo(new YAMLMapper().readTree(checkedIn));
    }
  }

  @Test
  void healthAndMetricsAreServedOnTheManagementPortOnly() {
    for (String path : List.of("/q/health/live", "/q/health/ready", "/q/health/started")) {
      assertThat(service.probe(path).status()).as(path).isEqualTo(200);
      assertThat(client.call("GET", path, BodyPublishers.noBody()).status()).isEqualTo(404);
    }
    assertThat(service.probe("/q/metrics").text()).contains("# TYPE", "jvm_");
  }

  @Test
  void nothingOfARunIsLeftAfterAPurge() {
    String id = client.submit("echo x; sleep 0.1");
    String run = client.awaitEnd(id).path("currentRunId").asText();
    assertThat(service.runFiles()).contains(run);
    assertThat(client.delete("/work-orders/" + id + "?purge=true").json().toString())
        .isEqualTo("{\"success\":true,\"purged\":true}");
    assertThat(service.runFiles()).doesNotContain(run);
    assertThat(client.get("/work-orders/" + id).status()).isEqualTo(404);
    assertThat(client.get("/runs/" + run + "/log").status()).isEqualTo(404);
    await()
        .untilAsserted(() ->
            assertThat(service.data().resolve("work-orders").resolve(id + ".json")).doesNotExist());
  }
}
