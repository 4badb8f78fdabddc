package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentgate.git.GitProgram;
import dev.agentgate.git.GitServer;
import dev.agentgate.publish.FakeGitHub;
import dev.agentgate.publish.FakeGitHub.Failure;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What another instance does for one that was killed and never comes back. */
@Timeout(600)
class LostInstanceIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path directory;

  private final String database = PostgresServer.emptyDatabase();
  private final AtomicBoolean remoteIsAway = new AtomicBoolean();
  private final AtomicBoolean hookAccepts = new AtomicBoolean();

  /** The statuses of each order that the webhook was told, in the order in which it was told. */
  private final Map<String, List<String>> told = new ConcurrentHashMap<>();

  private HttpServer hook;
  private FakeGitHub gitHub;
  private GitServer git;
  private Path repository;
  private Service lost;
  private Service other;

  @BeforeEach
  void start() throws Exception {
    Path repositories = Files.createDirectories(directory.resolve("repositories"));
    repository = GitProgram.publishShop(repositories);
    gitHub = new FakeGitHub();
    git =
        new GitServer(
            repositories,
            FakeGitHub.TOKEN,
            () -> {
              if (remoteIsAway.get()) {
                throw new IllegalStateException("The test lets no call through");
              }
            });
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext("/", this::answer);
    hook.start();
    lost = instance("lost", true);
    other = instance("other", false);
    lost.start();
    other.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode event = JSON.readTree(exchange.getRequestBody());
      if (!hookAccepts.get()) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      told.computeIfAbsent(event.path("workOrderId").asText(), _ -> new CopyOnWriteArrayList<>())
          .add(event.path("status").asText());
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private Service instance(String name, boolean starts) throws IOException {
    return Service.in(Files.createDirectories(directory.resolve(name)))
        .onPostgres(database)
        .with("AGENTGATE_INSTANCE_ID", name)
        .with("AGENTGATE_STORE_LEASE", "PT10S")
        .with("AGENTGATE_QUEUE_AUTO_PROCESS", starts)
        .with("AGENTGATE_WEBHOOKS_URLS", "http://127.0.0.1:" + hook.getAddress().getPort())
        .with("AGENTGATE_WEBHOOKS_SECRET", "a-secret-that-is-long")
        .with("AGENTGATE_GITHUB_BASE_URL", "http://127.0.0.1:" + git.port())
        .with("AGENTGATE_GITHUB_API_URL", gitHub.url().toString())
        .with("AGENTGATE_GITHUB_TOKEN", FakeGitHub.TOKEN)
        .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
  }

  @AfterEach
  void close() {
    lost.close();
    other.close();
    hook.stop(0);
    git.close();
    gitHub.close();
  }

  private String submit(String script, String as) {
    return lost.client()
        .submit(
            script,
            body -> {
              body.put("agentType", "claude-code");
              body.putObject("workspaceSource").put("repo", "acme/shop");
              ObjectNode publish = body.putObject("publish");
              publish.put("as", as);
              publish.put("title", "Fix it");
            });
  }

  private JsonNode publication(String order) {
    return other.client().order(order).path("publication");
  }

  /** Whether the files of the order's run are in the database. */
  private boolean isArchived(String order) throws SQLException {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT FROM run_files f JOIN runs r ON r.id = f.run WHERE r.order_id = ?")) {
      select.setString(1, order);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next();
      }
    }
  }

  @Test
  void itsPublicationsAreCompletedAndItsMessagesDelivered() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      gitHub.failures.add(Failure.of(502, "Bad Gateway"));
    }
    String pushed = submit("echo new > file.txt", "pull_request");
    await()
        .atMost(PATIENCE)
        .until(() -> publication(pushed).path("error").asText().contains("502"));
    String commit = GitProgram.git(repository, "rev-parse", "agentgate/" + pushed);
    Path go = lost.outside("go");
    String unpushed =
        submit(
            "echo up; until [ -e '%s' ]; do sleep 0.1; done; echo new > file.txt; git commit -qam mine;"
                    .formatted(go)
                + " printf '\\000\\377' > more; chmod +x more",
            "branch");
    lost.client().awaitLog(unpushed, "up");
    remoteIsAway.set(true);
    Files.createFile(go);
    await()
        .atMost(PATIENCE)
        .until(() -> publication(unpushed).has("error") && isArchived(unpushed));

    lost.kill9();
    remoteIsAway.set(false);
    gitHub.failures.clear();
    hookAccepts.set(true);

    for (String order : List.of(pushed, unpushed)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(publication(order).path("status").asText()).isEqualTo("published"));
    }
    assertThat(gitHub.pulls).hasSize(1);
    assertThat(GitProgram.git(repository, "rev-parse", "agentgate/" + pushed)).isEqualTo(commit);
    String branch = "agentgate/" + unpushed;
    assertThat(publication(unpushed).path("commit").asText())
        .isEqualTo(GitProgram.git(repository, "rev-parse", branch));
    assertThat(GitProgram.git(repository, "show", branch + ":file.txt")).isEqualTo("new");
    assertThat(GitProgram.git(repository, "ls-tree", "--format=%(objectmode) %(path)", branch))
        .isEqualTo("100644 file.txt\n100755 more");
    assertThat(GitProgram.git(repository, "rev-list", "--count", "main.." + branch))
        .as("one commit, made of the patch")
        .isEqualTo("1");
    for (String order : List.of(pushed, unpushed)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(told.getOrDefault(order, List.of()))
                  .containsExactly("queued", "running", "completed"));
    }

    assertThat(other.client().get("/runs/" + run(unpushed)).json().path("logBytes").asLong())
        .isEqualTo(3);
    assertThat(other.client().order(unpushed).has("lastActivityAt")).isTrue();
  }

  private String run(String order) {
    return other.client().order(order).path("currentRunId").asText();
  }
}
