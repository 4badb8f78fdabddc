package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an agent finds of a repository, as seen from outside. */
@Timeout(300)
class CheckoutIT {
  private static final String LOOK =
      "git rev-parse HEAD; git rev-parse --abbrev-ref HEAD; git symbolic-ref -q"
          + " refs/remotes/origin/HEAD || echo no origin/HEAD; cat file; ls -A lib; cat lib/file";

  @TempDir Path home;

  private Service service() throws IOException {
    Service service = Service.in(home);
    Path root = service.outside("repositories");
    Files.createDirectories(root.resolve("acme"));
    Service.run("sh", "-c", MAKE, "sh", root.toString());
    return service.with("AGENTGATE_GITHUB_BASE_URL", "file://" + root);
  }

  /** A default branch, another with a number sign, a tag on the first commit, and a submodule. */
  private static final String MAKE =
      """
      set -e
      export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
      export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.com
      export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.com
      cd "$1/acme"
      for name in shop lib; do git init -q --bare -b trunk $name.git; done
      git init -q -b trunk lib
      cd lib
      echo library >file; git add .; git commit -q -m lib; git push -q ../lib.git trunk
      commit=$(git rev-parse HEAD)
      cd ..
      git init -q -b trunk shop
      cd shop
      git config -f .gitmodules submodule.lib.path lib
      git config -f .gitmodules submodule.lib.url ../lib.git
      git update-index --add --cacheinfo 160000,$commit,lib
      echo one >file; git add .gitmodules file; git commit -q -m one; git tag v1
      echo two >file; git add file; git commit -q -m two; git branch 'feat/x#1'
      echo three >file; git add file; git commit -q -m three
      git push -q ../shop.git trunk 'feat/x#1' v1
      chmod -R a+rX "$1"
      """;

  private String log(Client client, Consumer<ObjectNode> source) {
    String id = client.submit(LOOK, body -> source.accept(body.putObject("workspaceSource")));
    JsonNode order = client.awaitEnd(id);
    assertThat(order.path("status").asText()).as(order.toString()).isNotEqualTo("queued");
    return client.log(id);
  }

  @Test
  void aBranchATagAndACommitAreCheckedOut() throws IOException {
    try (Service service = service().with("AGENTGATE_WORKSPACE_SUBMODULES", "true")) {
      service.start();
      Client client = service.client();
      String standard = log(client, source -> source.put("repo", "acme/shop"));
      String branch =
          log(client, source -> source.put("url", "https://github.com/acme/shop/tree/feat/x%231"));
      String tag = log(client, source -> source.put("repo", "acme/shop").put("ref", "v1"));
      String commit = tag.lines().findFirst().orElseThrow();
      assertThat(standard).contains("\ntrunk\nrefs/remotes/origin/trunk\nthree\n");
      assertThat(branch).contains("\nfeat/x#1\nno origin/HEAD\ntwo\n");
      assertThat(tag).contains("\nHEAD\nno origin/HEAD\none\n");
      assertThat(log(client, source -> source.put("repo", "acme/shop").put("ref", commit)))
          .isEqualTo(tag);
      for (String log : List.of(standard, branch, tag)) {
        assertThat(log).endsWith(".git\nfile\nlibrary\n").doesNotContain("[agentgate");
      }
    }
  }

  @Test
  void aRefIsShownAndSurvivesARestart() throws IOException {
    try (Service service = service().with("AGENTGATE_QUEUE_AUTO_PROCESS", "false")) {
      service.start();
      Client client = service.client();
      String id =
          client.submit(
              LOOK,
              body -> body.putObject("workspaceSource").put("repo", "acme/shop").put("ref", "v1"));
      service.kill9AndRestart();
      JsonNode source = client.order(id).path("workspaceSource");
      assertThat(source.path("ref").asText()).isEqualTo("v1");
      assertThat(source.has("branch")).isFalse();
      client.post("/work-orders/" + id + "/runs");
      client.awaitEnd(id);
      assertThat(client.log(id))
          .startsWith("[agentgate: this repository has submodules; ")
          .contains("\nHEAD\nno origin/HEAD\none\n")
          .doesNotContain("library");
    }
  }

  @Test
  void aRefBesideABranchAndAHostileRefAreRefused() throws IOException {
    try (Service service = service()) {
      service.start();
      ObjectNode both = Client.script("true");
      both.putObject("workspaceSource").put("repo", "a/b").put("branch", "main").put("ref", "v1");
      ObjectNode hostile = Client.script("true");
      hostile.putObject("workspaceSource").put("repo", "a/b").put("ref", "--upload-pack=x");
      for (ObjectNode body : List.of(both, hostile)) {
        Client.Answer answer = service.client().post("/work-orders", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("violations").path(0).path("field").asText())
            .isEqualTo("workspaceSource.ref");
      }
    }
  }
}
