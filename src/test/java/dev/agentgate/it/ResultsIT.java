package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes out of a run: the change, the agent's last words and what it used. */
@Timeout(300)
class ResultsIT {
  /** A repository with a text, a script and a file without text. */
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
      printf 'one\\ntwo\\nthree\\n' >text; printf 'a\\0b' >bytes; echo 'echo run' >script
      echo ignored >.gitignore
      git add .; git commit -q -m first; git push -q ../shop.git main
      chmod -R a+rX "$1"
      """;

  /** Everything that can happen to a file; then the tree that the agent left is noted. */
  private static String work(Path tree) {
    return """
    set -e
    printf 'one\\n2\\nthree\\n' >text
    git mv script moved
    git commit -q -m "the agent's own commit" -a
    chmod +x moved
    printf 'b\\0a' >bytes
    git add bytes
    ln -s text link
    mkdir 'new dir'; echo new >'new dir/new file'
    echo not this >ignored
    GIT_INDEX_FILE="$PWD.index" git add -A
    GIT_INDEX_FILE="$PWD.index" git write-tree >%s
    """
        .formatted(tree);
  }

  @TempDir Path home;

  private Service service() throws IOException {
    Service service = Service.in(home);
    Path root = service.outside("repositories");
    Service.run("sh", "-c", MAKE, "sh", root.toString());
    return service
        .with("AGENTGATE_GITHUB_BASE_URL", "file://" + root)
        .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
  }

  private static String submit(Client client, String script) {
    return client.submit(
        script,
        body -> {
          body.put("agentType", "claude-code");
          body.putObject("workspaceSource").put("repo", "acme/shop");
        });
  }

  private static JsonNode run(Client client, String order) {
    JsonNode runs = client.get("/work-orders/" + order + "/runs").json().path("items");
    return client.get("/runs/" + runs.path(0).path("id").asText()).json();
  }

  private static Path sample(Service service, String name) throws IOException {
    Path file = service.outside(name);
    try (var resource = ResultsIT.class.getResourceAsStream("/agents/" + name + ".jsonl")) {
      Files.write(file, resource == null ? new byte[0] : resource.readAllBytes());
    }
    return file;
  }

  /** Returns the tree that a patch makes of a commit of the repository. */
  private String applied(Service service, String base, String patch) throws IOException {
    Path clone = home.resolve("clone");
    Path file = Files.writeString(home.resolve("patch"), patch);
    Path tree = home.resolve("tree");
    Service.run(
        "sh",
        "-c",
        """
        set -e
        rm -rf "$1"
        git clone -q "$2" "$1"
        cd "$1"
        git checkout -q "$3"
        git apply --binary --index "$4"
        git write-tree >"$5"
        """,
        "sh",
        clone.toString(),
        service.outside("repositories").resolve("acme/shop.git").toString(),
        base,
        file.toString(),
        tree.toString());
    return Files.readString(tree).strip();
  }

  @Test
  void theChangeAndTheWordsOfAnAgentComeOut() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      Path tree = service.outside("tree");
      Path said = sample(service, "claude-2.1.332-success");
      String id = submit(client, work(tree) + "cat " + said + "\n");

      JsonNode order = client.awaitEnd(id);

      assertThat(order.path("status").asText()).as(client.log(id)).isEqualTo("completed");
      JsonNode run = run(client, id);
      String path = "/runs/" + run.path("id").asText();
      String base = run.path("baseCommit").asText();
      assertThat(base).matches("[0-9a-f]{40}");
      assertThat(run.path("headCommit").asText()).matches("[0-9a-f]{40}").isNotEqualTo(base);
      assertThat(run.path("sessionId").asText()).isEqualTo("20dec524-1122-4a37-a0f2-f2a32b07e908");
      assertThat(run.path("model").asText()).isEqualTo("claude-opus-5-5");
      assertThat(run.path("result").asText())
          .isEqualTo("Done. I changed README.md and added AGENT.txt.");
      assertThat(run.path("usage").path("inputTokens").asLong()).isEqualTo(19_500);
      assertThat(run.path("usage").path("turns").asLong()).isEqualTo(3);
      for (String field : List.of("result", "usage", "changes")) {
        assertThat(order.path(field)).as(field).isEqualTo(run.path(field));
      }

      JsonNode spent = client.get("/usage?by=repository").json().path("items").path(0);
      assertThat(spent.path("key").asText()).isEqualTo("acme/shop");
      assertThat(spent.path("inputTokens").asLong()).isEqualTo(19_500);
      assertThat(spent.path("costUsd")).isEqualTo(run.path("usage").path("costUsd"));

      Map<String, String> files = new TreeMap<>();
      JsonNode changes = client.get(path + "/changes").json();
      assertThat(changes.path("baseCommit").asText()).isEqualTo(base);
      for (JsonNode file : changes.path("files")) {
        files.put(file.path("path").asText(), file.path("status").asText());
      }
      assertThat(files)
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "text", "modified",
                  "moved", "renamed",
                  "bytes", "modified",
                  "link", "added",
                  "new dir/new file", "added"));
      assertThat(run.path("changes").path("files").asInt()).isEqualTo(5);

      Client.Answer patch = client.get(path + "/patch");
      assertThat(patch.raw().headers().firstValue("Content-Type")).hasValue("text/x-diff");
      assertThat(patch.text()).hasSize(run.path("changes").path("patchBytes").asInt());
      assertThat(applied(service, base, patch.text())).isEqualTo(Files.readString(tree).strip());
      Client.Answer part = client.get(path + "/patch", "Range", "bytes=5-14");
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.text()).isEqualTo(patch.text().substring(5, 15));
      Client.Answer beyond = client.get(path + "/patch", "Range", "bytes=1000000-");
      assertThat(beyond.status()).isEqualTo(416);
      assertThat(beyond.raw().headers().firstValue("Content-Range"))
          .hasValue("bytes */" + patch.text().length());
      assertThat(beyond.json().path("status").asInt()).isEqualTo(416);
    }
  }

  @Test
  void howeverARunEndsItsChangeComesOut() throws IOException {
    try (Service service = service().with("AGENTGATE_QUEUE_MAX_CONCURRENT", "8")) {
      service.start();
      Client client = service.client();
      Path go = service.outside("go");
      String work = "echo change >made; echo ready; ";
      String wait = "until [ -e " + go + " ]; do sleep 0.1; done; exit 4";
      Map<String, String> ids = new TreeMap<>();
      for (String end : List.of("failed", "cancelled", "timeout", "adopted")) {
        String then = end.equals("failed") ? "exit 3" : wait;
        ids.put(
            end,
            client.submit(
                work + then,
                body -> {
                  body.putObject("workspaceSource").put("repo", "acme/shop");
                  if (end.equals("timeout")) {
                    body.putObject("config").put("maxTime", 5_000);
                  }
                }));
      }
      client.awaitLog(ids.get("cancelled"), "ready");
      client.awaitLog(ids.get("adopted"), "ready");
      assertThat(client.post("/work-orders/" + ids.get("cancelled") + "/cancel").status())
          .isEqualTo(200);
      client.awaitEnd(ids.get("timeout"));
      service.kill9AndRestart();
      Files.createFile(go);

      for (String id : ids.values()) {
        JsonNode order = client.awaitEnd(id);
        JsonNode run = run(client, id);
        assertThat(run.path("changes").path("insertions").asInt())
            .as("%s, %s", order, run)
            .isEqualTo(1);
        assertThat(client.get("/runs/" + run.path("id").asText() + "/patch").text())
            .contains("+++ b/made\n@@ -0,0 +1 @@\n+change\n");
      }
      assertThat(client.order(ids.get("cancelled")).path("status").asText()).isEqualTo("cancelled");
      assertThat(client.order(ids.get("timeout")).path("failureReason").asText())
          .isEqualTo("timeout");
    }
  }

  @Test
  void whatAnAgentSaysOfItsFailureIsTheReason() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      String wrongKey =
          submit(client, "cat " + sample(service, "claude-2.1.332-invalid-key") + "; exit 1");
      String turns =
          submit(client, "cat " + sample(service, "claude-2.1.332-max-turns") + "; exit 1");

      JsonNode refused = client.awaitEnd(wrongKey);
      JsonNode stopped = client.awaitEnd(turns);

      assertThat(refused.path("failureReason").asText()).isEqualTo("agent_auth");
      assertThat(refused.path("error").asText()).containsIgnoringCase("API key");
      assertThat(refused.path("exitCode").asInt()).isEqualTo(1);
      assertThat(stopped.path("failureReason").asText()).isEqualTo("max_iterations");
    }
  }

  @Test
  void anOrderAtAUsageLimitGoesBackToTheQueue() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      String id =
          submit(client, "cat " + sample(service, "claude-2.1.332-usage-limit") + "; exit 1");

      client.awaitStatus(id, "running");
      JsonNode order = client.awaitStatus(id, "queued");

      assertThat(order.path("attempt").asInt()).isZero();
      JsonNode health = client.get("/queue/health").json();
      assertThat(health.path("blockedBy").path(0).asText()).isEqualTo("agent");
      assertThat(health.path("alerts").path(0).asText())
          .startsWith("Agent claude-code is paused until ");
      JsonNode run = run(client, id);
      assertThat(run.path("failureReason").asText()).isEqualTo("usage_limit");
      assertThat(run.path("error").asText()).contains("limit");
    }
  }

  @Test
  void aRunWithoutAPatchSaysWhy() throws IOException {
    try (Service service = service().with("AGENTGATE_RUN_PATCH_MAX_SIZE", "1K")) {
      service.start();
      Client client = service.client();
      List<String> ids = new ArrayList<>();
      ids.add(client.submit("true"));
      ids.add(submit(client, "seq 10000 >numbers"));
      ids.forEach(client::awaitEnd);

      String empty = "/runs/" + run(client, ids.get(0)).path("id").asText();
      JsonNode large = run(client, ids.get(1));
      String tooLarge = "/runs/" + large.path("id").asText();

      for (String part : List.of("/changes", "/patch")) {
        assertThat(client.get(empty + part).status()).isEqualTo(404);
        assertThat(client.get(empty + part).detail()).contains("no repository");
      }
      assertThat(large.path("changes").path("patchTooLarge").asBoolean()).isTrue();
      assertThat(large.path("changes").has("patchBytes")).isFalse();
      assertThat(client.get(tooLarge + "/patch").status()).isEqualTo(404);
      assertThat(client.get(tooLarge + "/patch").detail()).contains("too large");
      assertThat(
              client.get(tooLarge + "/changes").json().path("files").path(0).path("path").asText())
          .isEqualTo("numbers");
    }
  }

  @Test
  void aFollowUpContinuesWhereTheLastRunStopped() throws IOException {
    try (Service service = service().with("AGENTGATE_WORKSPACE_KEEP", "always")) {
      service.start();
      Client client = service.client();
      String id =
          client.submit(
              "echo one >made", body -> body.putObject("workspaceSource").put("repo", "acme/shop"));
      client.awaitEnd(id);
      ObjectNode followUp = JsonNodeFactory.instance.objectNode();
      followUp.put("taskPrompt", "cat made; echo two >>made");

      assertThat(client.post("/work-orders/" + id + "/runs", followUp).status()).isEqualTo(202);
      client.awaitStatus(id, "running", "completed");
      client.awaitEnd(id);

      JsonNode run = run(client, id);
      assertThat(run.path("attempt").asInt()).isEqualTo(2);
      assertThat(client.log(id)).isEqualTo("one\n");
      assertThat(client.get("/runs/" + run.path("id").asText() + "/patch").text())
          .endsWith("+one\n+two\n");
    }
  }

  @Test
  void theWorkspaceOfACompletedRunIsRemovedOnceItsPatchIsStored() throws IOException {
    try (Service service = service()) {
      service.start();
      Client client = service.client();
      String id =
          client.submit(
              "echo one >made", body -> body.putObject("workspaceSource").put("repo", "acme/shop"));
      client.awaitEnd(id);
      Path workspace = home.resolve("data/workspaces").resolve(run(client, id).path("id").asText());
      await().atMost(Duration.ofMinutes(1)).until(() -> !Files.exists(workspace));
      ObjectNode followUp = JsonNodeFactory.instance.objectNode();
      followUp.put("taskPrompt", "true");

      Client.Answer refused = client.post("/work-orders/" + id + "/runs", followUp);

      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.detail()).contains("the workspace of its last run is gone");
      assertThat(run(client, id).path("changes").path("files").asInt()).isEqualTo(1);
    }
  }

  @Test
  void anInterruptedRunContinuesInItsWorkspaceUnlessItIsToStartAfresh() throws IOException {
    try (Service service = service().with("AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT", "PT0S")) {
      service.start();
      Client client = service.client();
      String script =
          "if [ -e begun ]; then echo resumed; exit 0; fi; touch begun; echo ready; sleep 600";
      String resumed = client.submit(script);
      String fresh =
          client.submit(script, body -> body.putObject("config").put("retryMode", "fresh"));
      client.awaitLog(resumed, "ready");
      client.awaitLog(fresh, "ready");

      service.terminate();
      service.awaitExit();
      service.start();

      assertThat(client.awaitEnd(resumed).path("status").asText()).isEqualTo("completed");
      assertThat(client.log(resumed)).isEqualTo("resumed\n");
      client.awaitLog(fresh, "ready");
      assertThat(client.order(fresh).path("status").asText()).isEqualTo("running");
    }
  }
}
