package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;
import static dev.agentgate.git.GitServer.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workorder.WorkspaceSource.GitHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Repositories with submodules, some of them hostile. */
class SubmodulesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "ghp_TheSecretOfThisTest";
  private static final WorkspaceSource SHOP = new GitHub("acme", "shop", Optional.empty());

  @TempDir private Path temporary;

  private final List<String> notes = new ArrayList<>();
  private Path remotes;
  private String library;

  @BeforeEach
  void makeLibrary() throws Exception {
    remotes = Files.createDirectories(temporary.resolve("remotes"));
    make("lib");
    library = commit("lib", "one");
    commit("lib", "two");
    make("shop");
  }

  @Test
  void withoutTheSettingTheyStayEmptyAndTheLogSaysSo() throws Exception {
    nameSubmodule("shop", "vendor/lib", "../lib.git", library);

    Path workspace = onFiles(CheckoutExtras.NONE).prepare(run(), SHOP, LIMIT);

    assertThat(workspace.resolve("vendor/lib")).isEmptyDirectory();
    assertThat(notes)
        .containsExactly(
            "this repository has submodules; their directories stay empty, because"
                + " agentgate.workspace.submodules is false");
  }

  @Test
  void withTheSettingEachIsAtItsCommit() throws Exception {
    make("tool");
    nameSubmodule("tool", "deep er/ü%20", "../lib.git", library);
    String tool = git(author("tool"), "rev-parse", "HEAD");
    nameSubmodule("shop", "vendor/lib", "../lib.git", library);
    nameSubmodule("shop", "vendor/tool", "https://github.com/acme/tool", tool);

    Path workspace = onFiles(new CheckoutExtras(true, false)).prepare(run(), SHOP, LIMIT);

    assertThat(workspace.resolve("vendor/lib/file")).hasContent("one");
    assertThat(workspace.resolve("vendor/tool/deep er/ü%20/file")).hasContent("one");
    assertThat(git(workspace.resolve("vendor/lib"), "rev-parse", "HEAD")).isEqualTo(library);
    assertThat(git(workspace.resolve("vendor/lib"), "remote", "get-url", "origin"))
        .isEqualTo("file://" + remotes + "/acme/lib.git");
    assertThat(git(workspace, "status", "--porcelain")).isEmpty();
    assertThat(git(workspace, "submodule", "status", "--recursive").lines())
        .hasSize(3)
        .noneMatch(line -> line.matches("[-+U].*"));
    try (Stream<Path> files = Files.walk(workspace)) {
      assertThat(files.filter(file -> file.endsWith("hooks"))).isEmpty();
    }
    assertThat(notes).isEmpty();
  }

  @Test
  void oneThatGitLeavesAloneStaysEmpty() throws Exception {
    nameSubmodule("shop", "vendor/lib", "../lib.git", library);
    nameSubmodule("shop", "vendor/big", "https://gone.invalid/acme/big", library);
    git(author("shop"), "config", "-f", ".gitmodules", "submodule.vendor/big.update", "none");
    commit("shop", "none");

    Path workspace = onFiles(new CheckoutExtras(true, false)).prepare(run(), SHOP, LIMIT);

    assertThat(workspace.resolve("vendor/lib/file")).hasContent("one");
    assertThat(workspace.resolve("vendor/big")).isEmptyDirectory();
    assertThat(git(workspace, "status", "--porcelain")).isEmpty();
  }

  @Test
  void aRepositoryWithoutAnyIsSilent() throws Exception {
    Files.writeString(author("shop").resolve(".gitmodules"), "[submodule \"x\"]\n\tpath = x\n");
    commit("shop", "leftover");

    onFiles(CheckoutExtras.NONE).prepare(run(), SHOP, LIMIT);
    onFiles(new CheckoutExtras(true, true)).prepare(run(), SHOP, LIMIT);

    assertThat(notes).isEmpty();
  }

  @Test
  void aSubmoduleOnTheHostIsFetchedWithTheToken() throws Exception {
    nameSubmodule("shop", "lib", "../lib.git", library);
    try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
      Path workspace =
          workspaces("http://127.0.0.1:" + server.port(), new CheckoutExtras(true, false))
              .prepare(run(), SHOP, LIMIT);

      assertThat(workspace.resolve("lib/file")).hasContent("one");
      assertThat(server.authorizations)
          .containsExactly("Basic " + base64("x-access-token:" + TOKEN));
      assertThat(Files.readString(workspace.resolve("lib/.git/config"))).doesNotContain(TOKEN);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ext::sh -c touch% MARKER",
        "--upload-pack=touch MARKER",
        "/etc",
        "file://OUTSIDE",
        "../../../../../outside",
        "http://127.0.0.1:1/x",
        "git://127.0.0.1/x",
      })
  void aUrlThatNoOrderMayNameIsRefused(String url) throws Exception {
    Path marker = temporary.resolve("marker");
    Path outside = temporary.resolve("outside");
    git(temporary, "init", "-q", outside.toString());
    nameSubmodule(
        "shop",
        "lib",
        url.replace("MARKER", marker.toString()).replace("OUTSIDE", outside.toString()),
        library);

    assertThatThrownBy(() -> onFiles(new CheckoutExtras(true, false)).prepare(run(), SHOP, LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessageStartingWith("The submodule lib has a url that is not allowed: ");

    assertThat(marker).doesNotExist();
    assertNothingLeft();
  }

  @Test
  void aCommitThatIsNotThereNamesTheSubmodule() throws Exception {
    nameSubmodule("shop", "lib", "../lib.git", "0a".repeat(20));

    assertThatThrownBy(() -> onFiles(new CheckoutExtras(true, false)).prepare(run(), SHOP, LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessageContaining("The submodule lib")
        .hasMessageContaining("0a".repeat(20));
    assertNothingLeft();
  }

  @Test
  void thereIsAnEndToTheirDepth() throws Exception {
    String below = library;
    String name = "lib";
    for (int depth = 0; depth < 9; depth++) {
      String above = "level" + depth;
      make(above);
      nameSubmodule(above, "next", "../" + name + ".git", below);
      below = git(author(above), "rev-parse", "HEAD");
      name = above;
    }

    WorkspaceSource deep = new GitHub("acme", name, Optional.empty());
    assertThatThrownBy(() -> onFiles(new CheckoutExtras(true, false)).prepare(run(), deep, LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessage("The submodules are nested more than 8 deep");
    assertNothingLeft();
  }

  @Test
  void thereIsAnEndToTheirNumber() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 257; i++) {
      all.append("[submodule \"%d\"]\n\tpath = s%d\n\turl = ../lib.git\n".formatted(i, i));
    }
    Files.writeString(author("shop").resolve(".gitmodules"), all);
    commit("shop", "bomb");

    assertThatThrownBy(() -> onFiles(new CheckoutExtras(true, false)).prepare(run(), SHOP, LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessage("The repository has too many submodules");
    assertNothingLeft();
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> entries = Files.list(temporary.resolve("data/workspaces"))) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .isSubsetOf(".mirrors", ".gitconfig");
    }
  }

  private GitWorkspaces onFiles(CheckoutExtras extras) {
    return workspaces("file://" + remotes, extras);
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

  private Path author(String name) {
    return temporary.resolve("author").resolve(name);
  }

  private void make(String name) throws Exception {
    Path bare = remotes.resolve("acme").resolve(name + ".git");
    git(temporary, "init", "-q", "--bare", "-b", "trunk", bare.toString());
    git(temporary, "init", "-q", "-b", "trunk", author(name).toString());
    git(author(name), "remote", "add", "origin", bare.toString());
  }

  /**
   * Commits without a look at the working tree, which has none of the submodules.
   *
   * @return its id
   */
  private String commit(String name, String text) throws Exception {
    Path author = author(name);
    Files.writeString(author.resolve("file"), text);
    git(author, "add", "file");
    if (Files.exists(author.resolve(".gitmodules"))) {
      git(author, "add", ".gitmodules");
    }
    git(author, "commit", "-q", "-m", text);
    git(author, "push", "-q", "origin", "trunk");
    return git(author, "rev-parse", "HEAD");
  }

  private void nameSubmodule(String name, String path, String url, String commit) throws Exception {
    Path author = author(name);
    git(author, "config", "-f", ".gitmodules", "submodule." + path + ".path", path);
    git(author, "config", "-f", ".gitmodules", "submodule." + path + ".url", url);
    git(author, "update-index", "--add", "--cacheinfo", "160000," + commit + "," + path);
    commit(name, "names " + path);
  }

  private static RunId run() {
    return RunId.next(Instant.parse("2030-01-01T00:00:00Z"));
  }
}
