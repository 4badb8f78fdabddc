package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.git.GitProgram;
import dev.agentgate.git.GitServer;
import dev.agentgate.publish.FakeGitHub;
import dev.agentgate.publish.FakeGitHub.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Publishes to a git server that asks for the token, and to a fake of GitHub's API. */
@Timeout(300)
class PublishIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path home;

  private Path repository() throws Exception {
    return GitProgram.publishShop(Files.createDirectories(home.resolve("repositories")));
  }

  private static String submit(Client client, String script) {
    return client.submit(
        script,
        body -> {
          body.put("agentType", "claude-code");
          body.putObject("workspaceSource").put("repo", "acme/shop");
          ObjectNode publish = body.putObject("publish");
          publish.put("as", "pull_request");
          publish.put("title", "Fix it");
          publish.putArray("labels").add("agent");
        });
  }

  private Service serviceOf(GitServer git, FakeGitHub gitHub) {
    return Service.in(home)
        .with("AGENTGATE_GITHUB_BASE_URL", "http://127.0.0.1:" + git.port())
        .with("AGENTGATE_GITHUB_API_URL", gitHub.url().toString())
        .with("AGENTGATE_GITHUB_TOKEN", FakeGitHub.TOKEN)
        .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
  }

  private static String runOf(Client client, String order) {
    JsonNode runs = client.get("/work-orders/" + order + "/runs").json().path("items");
    return runs.path(0).path("id").asText();
  }

  private static JsonNode publication(Client client, String run) {
    return client.get("/runs/" + run).json().path("publication");
  }

  private static JsonNode awaitPublication(Client client, String run, String status) {
    await()
        .atMost(PATIENCE)
        .until(() -> publication(client, run).path("status").asText().equals(status));
    return publication(client, run);
  }

  @Test
  void aCrashInTheMiddleEndsInOneBranchAndOnePullRequest() throws Exception {
    Path repository = repository();
    try (FakeGitHub gitHub = new FakeGitHub();
        GitServer git = new GitServer(home.resolve("repositories"), FakeGitHub.TOKEN, () -> {});
        Service service = serviceOf(git, gitHub)) {
      gitHub.failures.add(Failure.of(502, "Bad Gateway"));
      service.start();
      Client client = service.client();
      String order = submit(client, "echo new > file.txt");
      assertThat(client.awaitEnd(order).path("status").asText()).isEqualTo("completed");
      String run = runOf(client, order);
      String branch = "agentgate/" + order;
      await()
          .atMost(PATIENCE)
          .until(() -> publication(client, run).path("error").asText().contains("502"));
      assertThat(publication(client, run).path("status").asText()).isEqualTo("pending");
      String commit = GitProgram.git(repository, "rev-parse", branch);

      service.kill9AndRestart();

      JsonNode publication = awaitPublication(client, run, "published");
      assertThat(publication.path("as").asText()).isEqualTo("pull_request");
      assertThat(publication.path("branch").asText()).isEqualTo(branch);
      assertThat(publication.path("commit").asText()).isEqualTo(commit);
      assertThat(publication.path("pullRequest").path("number").asInt()).isEqualTo(1);
      assertThat(publication.has("error")).isFalse();
      assertThat(client.get("/work-orders/" + order).json().path("publication"))
          .isEqualTo(publication);
      assertThat(gitHub.pulls).hasSize(1);
      assertThat(gitHub.pulls.getFirst().path("title").asText()).isEqualTo("Fix it");
      assertThat(GitProgram.git(repository, "show", branch + ":file.txt")).isEqualTo("new");

      Client.Answer again = client.post("/runs/" + run + "/publish");
      assertThat(again.status()).isEqualTo(202);
      assertThat(again.json().path("status").asText()).isEqualTo("pending");
      assertThat(awaitPublication(client, run, "published").path("commit").asText())
          .isEqualTo(commit);
      assertThat(gitHub.pulls).hasSize(1);
    }
  }

  @Test
  void aRefusalIsShownAndRaisesAnAlert() throws Exception {
    Path repository = repository();
    try (FakeGitHub gitHub = new FakeGitHub();
        GitServer git = new GitServer(home.resolve("repositories"), FakeGitHub.TOKEN, () -> {});
        Service service = serviceOf(git, gitHub)) {
      gitHub.failures.add(Failure.of(403, "Resource not accessible by personal access token"));
      service.start();
      Client client = service.client();
      String order = submit(client, "echo new > file.txt");
      assertThat(client.awaitEnd(order).path("status").asText()).isEqualTo("completed");
      String run = runOf(client, order);

      JsonNode publication = awaitPublication(client, run, "failed");

      assertThat(publication.path("error").asText())
          .isEqualTo(
              "The token may not do this (agentgate.github.token): Resource not accessible by"
                  + " personal access token");
      assertThat(client.get("/work-orders/" + order).json().path("status").asText())
          .isEqualTo("completed");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(client.get("/queue/health").json().path("alerts").toString())
                  .contains("The changes of 1 runs could not be published"));
      assertThat(GitProgram.git(repository, "rev-parse", "agentgate/" + order))
          .isEqualTo(publication.path("commit").asText());

      String unchanged = submit(client, "true");
      assertThat(client.awaitEnd(unchanged).path("status").asText()).isEqualTo("completed");
      assertThat(
              awaitPublication(client, runOf(client, unchanged), "nothing_to_publish")
                  .has("commit"))
          .isFalse();
      assertThat(gitHub.pulls).isEmpty();

      String failed = submit(client, "exit 3");
      assertThat(client.awaitEnd(failed).path("status").asText()).isEqualTo("failed");
      assertThat(client.post("/runs/" + runOf(client, failed) + "/publish").status())
          .isEqualTo(409);
    }
  }
}
