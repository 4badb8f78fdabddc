package dev.agentgate.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What git may reach, and with which credentials. */
class GitCommandTest {
  private static final String TOKEN = "ghp_TheSecretOfThisTest";
  private static final GitContext CONTEXT =
      new GitContext("a test", Map.of(), Deadline.in(Duration.ofSeconds(60)));

  @TempDir private Path temporary;
  private Path remotes;

  @BeforeEach
  void makeRemote() throws Exception {
    remotes = Files.createDirectories(temporary.resolve("remotes"));
    GitProgram.git(remotes, "init", "-q", "--bare", "acme/shop.git");
  }

  @Test
  void anyOtherRemoteDoesNotGetTheTokenEvenOnTheSameHost() throws Exception {
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
      GitHubHost host = new GitHubHost("http://127.0.0.1:" + server.port());
      GitCommand git =
          new GitCommand(
              temporary.resolve("gitconfig"), host, Optional.of(TOKEN), List.of("/nowhere"));
      String url = host.remote("acme", "shop");

      assertThatThrownBy(() -> git.run(CONTEXT, new Access("http", false), "ls-remote", "--", url))
          .isInstanceOf(GitFailedException.class);

      assertThat(server.requests).isPositive();
      assertThat(server.authorizations).isEmpty();
    }
  }

  @Test
  void onlyTheNamedProtocolIsOpen() throws Exception {
    GitCommand git =
        new GitCommand(
            temporary.resolve("gitconfig"),
            new GitHubHost("https://github.com"),
            Optional.empty(),
            List.of());
    Path marker = temporary.resolve("ran");
    for (String url : List.of("ext::touch " + marker, "file://" + remotes + "/acme/shop.git")) {
      assertThatThrownBy(() -> git.run(CONTEXT, new Access("https", false), "ls-remote", "--", url))
          .isInstanceOf(GitFailedException.class)
          .hasMessageContaining("not allowed");
    }
    assertThat(marker).doesNotExist();
  }
}
