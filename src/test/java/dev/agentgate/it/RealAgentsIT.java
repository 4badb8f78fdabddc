package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.linux.DirectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real command lines of agents, installed from npm, against a fake model. Takes minutes and
 * needs the npm registry, so it runs only on request.
 */
@EnabledIfSystemProperty(
    named = "agentgate.it.agents",
    matches = "true",
    disabledReason = "-Dagentgate.it.agents=true runs the real agents")
@Timeout(600)
class RealAgentsIT {
  private static final String MAKE =
      """
      set -e
      export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.com
      export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.com
      mkdir -p "$1/acme"
      cd "$1/acme"
      git init -q --bare -b main shop.git
      git init -q -b main shop
      cd shop
      echo '# Shop' >README.md
      git add .; git commit -q -m first; git push -q ../shop.git main
      """;

  /** An agent, and the model that it is to use. */
  enum RealAgent {
    CLAUDE("claude-code", Optional.empty()),
    SUBSCRIPTION("claude-code-subscription", Optional.empty()),
    CODEX("codex", Optional.empty()),
    OPENCODE("opencode", Optional.of("anthropic/claude-sonnet-4-5")),
    GEMINI("gemini", Optional.of("gemini-2.5-pro"));

    final String type;
    final Optional<String> model;

    RealAgent(String type, Optional<String> model) {
      this.type = type;
      this.model = model;
    }
  }

  /** Not below a directory that others may write to, or gemini ignores its system settings. */
  private static Path home;

  private static FakeModelServer models;
  private static Service service;
  private static Client client;

  @BeforeAll
  static void start() throws IOException {
    Path programs = NpmAgents.install();
    home = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "real-agents-");
    models = new FakeModelServer();
    service = Service.in(home);
    Path repositories = service.outside("repositories");
    Service.run("sh", "-c", MAKE, "sh", repositories.toString());
    service
        .with("PATH", programs + ":/usr/local/bin:/usr/bin:/bin")
        .with("AGENTGATE_GITHUB_BASE_URL", "file://" + repositories)
        .with("AGENTGATE_WORKSPACE_KEEP", "always")
        .with("ANTHROPIC_BASE_URL", models.url())
        .with("ANTHROPIC_API_KEY", "sk-ant-0123456789abcdef")
        .with("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-0123456789abcdef")
        .with(
            "AGENTGATE_AGENTS_CLAUDE_CODE_SUBSCRIPTION_ENVIRONMENT_PASSTHROUGH",
            "ANTHROPIC_BASE_URL")
        .with("OPENAI_BASE_URL", models.url() + "/v1")
        .with("OPENAI_API_KEY", "sk-0123456789abcdef")
        .with("GOOGLE_GEMINI_BASE_URL", models.url())
        .with("GEMINI_API_KEY", "g-0123456789abcdef");
    for (RealAgent agent : RealAgent.values()) {
      String name = agent.type.replace('-', '_').toUpperCase(Locale.ROOT);
      service.with("AGENTGATE_AGENTS_" + name + "_HOME", "order");
    }
    service.start();
    client = service.client();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
    if (models != null) {
      models.close();
    }
    if (home != null) {
      assertThat(DirectoryTree.remove(home)).isTrue();
    }
  }

  private static String submit(RealAgent agent, ModelScenario scenario) {
    return client.submit(
        scenario.prompt(),
        body -> {
          body.put("agentType", agent.type);
          body.put("maxIterations", 3);
          body.putObject("workspaceSource").put("repo", "acme/shop");
          agent.model.ifPresent(model -> body.putObject("config").put("model", model));
        });
  }

  private static JsonNode lastRun(String order) {
    return client.get("/work-orders/" + order + "/runs").json().path("items").path(0);
  }

  private static String explain(String order) {
    return client.order(order) + "\n" + client.log(order) + "\n" + models.requests;
  }

  private static JsonNode agent(RealAgent agent) {
    for (JsonNode item : client.get("/agents").json().path("items")) {
      if (item.path("type").asText().equals(agent.type)) {
        return item;
      }
    }
    throw new AssertionError(agent + " is not listed");
  }

  private static void resume(RealAgent agent) {
    assertThat(client.post("/agents/" + agent.type + "/resume").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void itsEditsComeOutAsAPatchAndItsSessionGoesOn(RealAgent agent) throws IOException {
    assertThat(agent(agent).path("available").asBoolean()).as(agent(agent).toString()).isTrue();
    String id = submit(agent, ModelScenario.EDIT);

    assertThat(client.awaitEnd(id).path("status").asText())
        .as(() -> explain(id))
        .isEqualTo("completed");

    JsonNode run = lastRun(id);
    assertThat(run.path("result").asText()).contains(ModelScenario.LAST_WORDS);
    assertThat(run.path("usage").path("inputTokens").asLong()).isPositive();
    assertThat(run.path("usage").path("outputTokens").asLong()).isPositive();
    assertThat(run.path("changes").path("files").asInt()).as(() -> explain(id)).isEqualTo(2);
    Path clone = applied(agent, client.get("/runs/" + run.path("id").asText() + "/patch").text());
    assertThat(clone.resolve("AGENT.txt")).hasContent("hello");
    assertThat(clone.resolve("README.md")).hasContent("# Shop (edited)");

    ObjectNode followUp = FakeModelServer.JSON.createObjectNode();
    followUp.put("taskPrompt", ModelScenario.SAY.prompt());
    assertThat(client.post("/work-orders/" + id + "/runs", followUp).status()).isEqualTo(202);
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() -> client.order(id).path("attempt").asInt() == 2);
    assertThat(client.awaitEnd(id).path("status").asText())
        .as(() -> explain(id))
        .isEqualTo("completed");
    if (agent(agent).path("resumes").asBoolean()) {
      assertThat(run.path("sessionId").asText()).isNotEmpty();
      assertThat(lastRun(id).path("sessionId")).isEqualTo(run.path("sessionId"));
    }
  }

  /** Returns a clone of the repository with a patch applied. */
  private static Path applied(RealAgent agent, String patch) throws IOException {
    Path clone = home.resolve("clone-" + agent);
    Path file = Files.writeString(home.resolve("patch-" + agent), patch);
    Service.run(
        "sh",
        "-c",
        "git clone -q \"$1\" \"$2\" && git -C \"$2\" apply --binary --index \"$3\"",
        "sh",
        service.outside("repositories").resolve("acme/shop.git").toString(),
        clone.toString(),
        file.toString());
    return clone;
  }

  @ParameterizedTest
  @EnumSource
  void aWrongKeyFailsTheOrderAndPausesIt(RealAgent agent) {
    String id = submit(agent, ModelScenario.WRONG_KEY);

    JsonNode order = client.awaitEnd(id);

    assertThat(order.path("failureReason").asText()).as(() -> explain(id)).isEqualTo("agent_auth");
    assertThat(agent(agent).path("paused").path("reason").asText()).isEqualTo("agent_auth");
    resume(agent);
  }

  @ParameterizedTest
  @EnumSource
  void aUsageLimitPutsTheOrderBackAndPausesIt(RealAgent agent) {
    String id = submit(agent, ModelScenario.USAGE_LIMIT);
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() ->
            agent(agent).path("paused").isObject()
                || client.order(id).path("failedAt").isTextual());

    JsonNode order = client.awaitStatus(id, "queued", "failed");

    assertThat(order.path("status").asText()).as(() -> explain(id)).isEqualTo("queued");
    assertThat(order.path("attempt").asInt()).isZero();
    assertThat(agent(agent).path("paused").path("reason").asText()).isEqualTo("usage_limit");
    assertThat(client.post("/work-orders/" + id + "/cancel").status()).isEqualTo(200);
    resume(agent);
  }

  @ParameterizedTest
  @EnumSource
  void anOverloadedProviderIsNotTheOrdersFault(RealAgent agent) {
    String id = submit(agent, ModelScenario.OVERLOADED);

    assertThat(client.awaitEnd(id).path("failureReason").asText())
        .as(() -> explain(id))
        .isEqualTo("agent_unavailable");
  }

  @Test
  void theLimitOfTurnsStopsClaude() {
    String id = submit(RealAgent.CLAUDE, ModelScenario.LOOP);

    assertThat(client.awaitEnd(id).path("failureReason").asText())
        .as(() -> explain(id))
        .isEqualTo("max_iterations");
  }

  @ParameterizedTest
  @EnumSource
  void aCancelInsideAToolLeavesNothingAlive(RealAgent agent) {
    String id = submit(agent, ModelScenario.HANG);
    client.awaitStatus(id, "running");
    Path workspace =
        service
            .data()
            .resolve("workspaces")
            .resolve(client.order(id).path("currentRunId").asText());
    await()
        .atMost(Duration.ofMinutes(3))
        .until(() ->
            Files.exists(workspace.resolve("started")) || !client.status(id).equals("running"));
    assertThat(workspace.resolve("started")).as(() -> explain(id)).exists();

    JsonNode answer = client.post("/work-orders/" + id + "/cancel").json();

    assertThat(answer.path("killed").asBoolean()).isTrue();
    assertThat(answer.path("survivors").asInt(-1)).isZero();
    assertThat(client.status(id)).isEqualTo("cancelled");
    assertThat(service.processes()).isEmpty();
  }
}
