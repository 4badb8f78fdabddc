package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;
import static dev.agentgate.git.GitServer.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workorder.WorkspaceSource.GitHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories with files in Git LFS, on a server that speaks its batch protocol. */
class LargeFilesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "ghp_TheSecretOfThisTest";
  private static final WorkspaceSource SHOP = new GitHub("acme", "shop", Optional.empty());
  private static final byte[] CONTENT =
      "large\0file\n".repeat(1000).getBytes(StandardCharsets.UTF_8);

  @TempDir private Path temporary;

  private final List<String> notes = new ArrayList<>();
  private Path remotes;
  private Path author;
  private String pointer;

  @BeforeEach
  void makeRemote() throws Exception {
    // With CI set the build installs it, and its absence is a failure below.
    if (System.getenv("CI") == null) {
      assumeThat(LargeFiles.canBeFetched()).as("git-lfs is installed").isTrue();
    }
    remotes = temporary.resolve("remotes");
    Path bare = remotes.resolve("acme/shop.git");
    git(temporary, "init", "-q", "--bare", "-b", "trunk", bare.toString());
    author = temporary.resolve("author");
    git(temporary, "init", "-q", "-b", "trunk", author.toString());
    git(author, "remote", "add", "origin", bare.toString());
    Files.writeString(author.resolve("plain"), "plain");
    Files.writeString(
        author.resolve(".gitattributes"), "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
            .formatted(sha256(CONTENT), CONTENT.length);
    Files.writeString(author.resolve("ü a.bin"), pointer);
    commit();
  }

  @Test
  void withoutTheSettingThePointersStayAndTheLogSaysSo() throws Exception {
    Path workspace =
        workspaces("file://" + remotes, CheckoutExtras.NONE).prepare(run(), SHOP, LIMIT);

    assertThat(workspace.resolve("ü a.bin")).hasContent(pointer);
    assertThat(notes)
        .containsExactly(
            "this repository keeps files in Git LFS; they stay pointers, because"
                + " agentgate.workspace.lfs is false");
  }

  @Test
  void withTheSettingTheFilesAreFetchedWithTheToken() throws Exception {
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
      server.largeFiles.put(sha256(CONTENT), CONTENT);

      Path workspace = onHttp(server).prepare(run(), SHOP, LIMIT);

      assertThat(workspace.resolve("ü a.bin")).hasBinaryContent(CONTENT);
      assertThat(git(workspace, "status", "--porcelain")).isEmpty();
      assertThat(server.authorizations)
          .containsExactly("Basic " + base64("x-access-token:" + TOKEN));
      assertThat(Files.readString(workspace.resolve(".git/config"))).doesNotContain(TOKEN);
      // Its filter brings its own hooks as soon as an agent adds a file, for the push.
      Files.writeString(workspace.resolve("new.bin"), "new");
      git(workspace, "add", "new.bin");
      try (Stream<Path> hooks = Files.list(workspace.resolve(".git/hooks"))) {
        assertThat(hooks).allSatisfy(hook -> assertThat(hook).content().contains("git lfs "));
      }
    }
    assertThat(notes).isEmpty();
  }

  @Test
  void onlyFilesThatTheAgentChangedAreInItsPatch() throws Exception {
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
      server.largeFiles.put(sha256(CONTENT), CONTENT);
      GitWorkspaces workspaces = onHttp(server);
      RunId run = run();
      Path workspace = workspaces.prepare(run, SHOP, LIMIT);
      Path patch = temporary.resolve("patch");
      // Of another age than the index says: its content has to tell.
      Files.setLastModifiedTime(
          workspace.resolve("ü a.bin"), FileTime.from(Instant.parse("2001-01-01T00:00:00Z")));
      Files.writeString(workspace.resolve("plain"), "changed");

      assertThat(paths(workspaces.collect(run, patch, 1 << 20, LIMIT))).containsExactly("plain");

      Files.writeString(workspace.resolve("ü a.bin"), "other");
      assertThat(paths(workspaces.collect(run, patch, 1 << 20, LIMIT)))
          .containsExactly("plain", "ü a.bin");
      git(author, "apply", "--binary", patch.toString());
      assertThat(author.resolve("ü a.bin")).hasContent("other");
    }
  }

  private static List<String> paths(CollectedChanges changes) {
    assertThat(changes).isInstanceOf(CollectedChanges.Collected.class);
    return ((CollectedChanges.Collected) changes)
        .files().listed().stream().map(ChangedFile::path).toList();
  }

  @Test
  void aServerThatTheRepositoryNamesIsNotAsked() throws Exception {
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {});
        GitServer other = new GitServer(remotes, TOKEN, () -> {})) {
      server.largeFiles.put(sha256(CONTENT), CONTENT);
      String elsewhere = "http://localhost:" + other.port() + "/acme/shop.git/info/lfs";
      Files.writeString(
          author.resolve(".lfsconfig"),
          "[lfs]\n\turl = %s\n[remote \"origin\"]\n\tlfsurl = %s\n"
              .formatted(elsewhere, elsewhere));
      commit();

      Path workspace = onHttp(server).prepare(run(), SHOP, LIMIT);

      assertThat(workspace.resolve("ü a.bin")).hasBinaryContent(CONTENT);
      assertThat(other.requests).isZero();
    }
  }

  @Test
  void aFileThatTheServerLacksFailsTheWorkspace() throws Exception {
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
      assertThatThrownBy(() -> onHttp(server).prepare(run(), SHOP, LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageStartingWith("git lfs failed: ")
          .message()
          .doesNotContain(TOKEN)
          .doesNotContain(temporary.toString());
    }
  }

  @Test
  void aRepositoryWithoutSuchFilesIsSilent() throws Exception {
    git(author, "rm", "-q", "ü a.bin");
    commit();

    Path workspace =
        workspaces("file://" + remotes, CheckoutExtras.NONE).prepare(run(), SHOP, LIMIT);

    assertThat(workspace.resolve("plain")).exists();
    assertThat(notes).isEmpty();
  }

  private GitWorkspaces onHttp(GitServer server) {
    return workspaces("http://127.0.0.1:" + server.port(), new CheckoutExtras(false, true));
  }

  private GitWorkspaces workspaces(String baseUrl, CheckoutExtras extras) {
    return new GitWorkspaces(
        temporary.resolve("data/workspaces"),
        new GitHubHost(baseUrl),
        Optional.of(TOKEN),
        new LocalRoots(List.of()),
        extras,
        (_, sentence) -> notes.add(sentence),
        Clock.systemUTC());
  }

  private void commit() throws Exception {
    git(author, "add", ".");
    git(author, "commit", "-q", "-m", "files");
    git(author, "push", "-q", "origin", "trunk");
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static RunId run() {
    return RunId.next(Instant.parse("2030-01-01T00:00:00Z"));
  }
}
