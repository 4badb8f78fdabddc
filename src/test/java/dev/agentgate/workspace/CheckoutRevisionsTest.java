package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an order can name of a repository, and what its checkout is like. */
class CheckoutRevisionsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "ghp_TheSecretOfThisTest";

  @TempDir private Path temporary;

  private Path remote;
  private Path author;

  /**
   * Three commits on {@code trunk}, the default branch; {@code main} and {@code topic} beside it.
   */
  @BeforeEach
  void makeRemote() throws Exception {
    makeRemote("sha1");
  }

  private void makeRemote(String format) throws Exception {
    remote = temporary.resolve(format + "/acme/shop.git");
    String objects = "--object-format=" + format;
    git(temporary, "init", "-q", "--bare", objects, "-b", "trunk", remote.toString());
    author = temporary.resolve(format + "/author");
    git(temporary, "init", "-q", objects, "-b", "trunk", author.toString());
    git(author, "remote", "add", "origin", remote.toString());
    commit("one");
    commit("two");
    git(author, "branch", "main");
    git(author, "branch", "topic");
    commit("three");
    git(author, "push", "-q", "--all");
  }

  @ParameterizedTest
  @CsvSource({
    "trunk,",
    "trunk,trunk",
    "trunk,main",
    "trunk,topic",
    "main,",
    "main,trunk",
    "main,main"
  })
  void theReferencesOfABranchAreThoseThatACloneMakes(String standard, String named)
      throws Exception {
    GitWorkspaces workspaces = onFiles();
    // The mirror has met other branches before.
    workspaces.prepare(run(), branch("main"), LIMIT);
    workspaces.prepare(run(), source(Optional.empty()), LIMIT);
    git(remote, "symbolic-ref", "HEAD", "refs/heads/" + standard);
    Path clone = temporary.resolve("clone");
    git(
        temporary,
        "clone",
        "-q",
        "--single-branch",
        "--depth=1",
        named == null ? "--quiet" : "--branch=" + named,
        "file://" + remote,
        clone.toString());

    Path workspace =
        workspaces.prepare(run(), named == null ? source(Optional.empty()) : branch(named), LIMIT);

    assertThat(references(workspace)).isEqualTo(references(clone));
    assertThat(git(workspace, "config", "--get-all", "remote.origin.fetch"))
        .isEqualTo(git(clone, "config", "--get-all", "remote.origin.fetch"));
    assertThat(Files.exists(workspace.resolve(".git/refs/remotes/origin/HEAD")))
        .isEqualTo(named == null || named.equals(standard));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"v1", "refs/tags/v1", "annotated", "refs/tags/annotated", "refs/tags/ü#%"})
  void aTagIsCheckedOutDetachedAndShallow(String ref) throws Exception {
    String name = ref.substring(ref.lastIndexOf('/') + 1);
    String old = git(author, "rev-parse", "HEAD~1");
    if (name.equals("annotated")) {
      git(author, "tag", "-a", "-m", "words", name, old);
    } else {
      git(author, "tag", name, old);
    }
    git(author, "push", "-q", "--tags");

    Path workspace = onFiles().prepare(run(), source(Optional.of(ref)), LIMIT);

    assertDetached(workspace, old);
    assertThat(git(workspace, "describe", "--all", "--exact-match")).isEqualTo("tags/" + name);
    assertThat(git(workspace, "config", "remote.origin.url")).isEqualTo("file://" + remote);
    assertThat(git(workspace, "status", "--porcelain")).isEmpty();
    assertThat(git(workspace, "fsck", "--full")).isEmpty();
  }

  @Test
  void aBranchThatIsATagIsCheckedOutAsOne() throws Exception {
    String old = git(author, "rev-parse", "HEAD~1");
    git(author, "tag", "v1.2.3", old);
    git(author, "push", "-q", "--tags");

    assertDetached(onFiles().prepare(run(), branch("v1.2.3"), LIMIT), old);
  }

  /** No git makes such a branch today, but every git clones one. */
  @Test
  void aDefaultBranchThatBeginsWithAHyphenIsCloned() throws Exception {
    git(remote, "update-ref", "refs/heads/--x", git(author, "rev-parse", "HEAD"));
    git(remote, "symbolic-ref", "HEAD", "refs/heads/--x");
    GitWorkspaces workspaces = onFiles();

    for (int time = 0; time < 2; time++) {
      Path workspace = workspaces.prepare(run(), source(Optional.empty()), LIMIT);

      assertThat(git(workspace, "symbolic-ref", "HEAD")).isEqualTo("refs/heads/--x");
      assertThat(git(workspace, "symbolic-ref", "refs/remotes/origin/HEAD"))
          .isEqualTo("refs/remotes/origin/--x");
      assertThat(workspace.resolve("file")).hasContent("three");
    }
  }

  @Test
  void aDefaultBranchWhoseNameIsNotUtf8IsNamedAsTheReason() throws Exception {
    git(remote, "update-ref", "refs/heads/x", git(author, "rev-parse", "HEAD"));
    String rename = "mv refs/heads/x \"refs/heads/$(printf 'k\\366ln')\"";
    String head = "printf 'ref: refs/heads/k\\366ln\\n' > HEAD";
    Process shell =
        new ProcessBuilder("sh", "-c", rename + " && " + head).directory(remote.toFile()).start();
    assertThat(shell.waitFor()).isZero();

    assertThatThrownBy(() -> onFiles().prepare(run(), source(Optional.empty()), LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessageContaining("a name that is not valid UTF-8");
    assertThat(onFiles().prepare(run(), branch("main"), LIMIT)).isNotEmptyDirectory();
  }

  @Test
  void aTagThatMovedIsFollowed() throws Exception {
    git(author, "tag", "nightly", "HEAD~1");
    git(author, "push", "-q", "--tags");
    GitWorkspaces workspaces = onFiles();
    workspaces.prepare(run(), source(Optional.of("nightly")), LIMIT);
    git(author, "tag", "-f", "nightly", "HEAD");
    git(author, "push", "-q", "-f", "--tags");

    assertDetached(
        workspaces.prepare(run(), source(Optional.of("nightly")), LIMIT),
        git(author, "rev-parse", "HEAD"));
  }

  @Test
  void aBranchGoesBeforeATagOfItsNameUnlessTheRefSaysWhich() throws Exception {
    git(author, "tag", "topic", "HEAD");
    git(author, "push", "-q", "origin", "refs/tags/topic");
    GitWorkspaces workspaces = onFiles();

    for (String ref : List.of("topic", "refs/heads/topic")) {
      Path workspace = workspaces.prepare(run(), source(Optional.of(ref)), LIMIT);
      assertThat(git(workspace, "symbolic-ref", "HEAD")).isEqualTo("refs/heads/topic");
      assertThat(git(workspace, "rev-parse", "HEAD"))
          .isEqualTo(git(author, "rev-parse", "refs/heads/topic"));
    }
    assertDetached(
        workspaces.prepare(run(), source(Optional.of("refs/tags/topic")), LIMIT),
        git(author, "rev-parse", "refs/tags/topic"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha1", "sha256"})
  void aCommitIsCheckedOutDetachedAndShallow(String format) throws Exception {
    if (format.equals("sha256")) {
      makeRemote(format);
    }
    GitWorkspaces workspaces = onFiles();
    for (String revision : List.of("HEAD~2", "HEAD", "HEAD~1", "HEAD~2")) {
      String commit = git(author, "rev-parse", revision);

      assertDetached(workspaces.prepare(run(), source(Optional.of(commit)), LIMIT), commit);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatHandsOutNoCommitsByIdIsAskedForItsHistory(boolean shallowBefore)
      throws Exception {
    try (GitServer server = new GitServer(temporary.resolve("sha1"), TOKEN, () -> {})) {
      server.old = true;
      GitWorkspaces workspaces = workspaces("http://127.0.0.1:" + server.port());
      WorkspaceSource shop = new WorkspaceSource.GitHub("acme", "shop", Optional.empty());
      if (shallowBefore) {
        workspaces.prepare(run(), shop, LIMIT);
      }
      for (String revision : List.of("HEAD~2", "main", "HEAD", "HEAD~2")) {
        String commit = git(author, "rev-parse", revision);
        WorkspaceSource source =
            new WorkspaceSource.GitHub("acme", "shop", Optional.empty(), Optional.of(commit));

        assertDetached(workspaces.prepare(run(), source, LIMIT), commit);
      }
      assertThat(git(workspaces.prepare(run(), shop, LIMIT), "rev-list", "--count", "HEAD"))
          .isEqualTo("1");
      git(author, "push", "-q", "origin", ":topic");
      git(author, "push", "-q", "origin", "trunk~1:refs/heads/topic/deeper");
      WorkspaceSource unknown =
          new WorkspaceSource.GitHub(
              "acme", "shop", Optional.empty(), Optional.of("0a".repeat(20)));
      assertThatThrownBy(() -> workspaces.prepare(run(), unknown, LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageStartingWith("The remote has no commit " + "0a".repeat(20));
    }
  }

  @Test
  void whatTheRemoteDoesNotHaveIsSaid() throws Exception {
    for (String ref :
        List.of("v9", git(author, "rev-parse", "--short", "HEAD"), "refs/tags/main")) {
      assertThatThrownBy(() -> onFiles().prepare(run(), source(Optional.of(ref)), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageStartingWith("The remote has no branch or tag ");
    }
  }

  @Test
  void aHeadThatNamesNoBranchIsNotAnEmptyRepository() throws Exception {
    git(remote, "symbolic-ref", "HEAD", "refs/heads/gone");
    assertThatThrownBy(() -> onFiles().prepare(run(), source(Optional.empty()), LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessageStartingWith("The remote has no default branch");
    assertThat(onFiles().prepare(run(), branch("main"), LIMIT)).isNotEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "refs/heads/main"})
  void anEmptyRepositorySaysThatItHasNoCommit(String ref) throws Exception {
    git(temporary, "init", "-q", "--bare", temporary.resolve("void.git").toString());
    WorkspaceSource empty =
        new WorkspaceSource.Git(
            "file://" + temporary + "/void.git", Optional.empty(), Optional.of(ref));

    assertThatThrownBy(() -> onFiles().prepare(run(), empty, LIMIT))
        .isInstanceOf(WorkspaceFailedException.class)
        .hasMessageStartingWith("The repository has no commit yet");
  }

  /** What a power loss leaves: files whose names are there and whose content is not. */
  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "config", "shallow"})
  void aMirrorOfWhichAFileIsTornHealsForAnOrderThatNamesACommit(String torn) throws Exception {
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true");
    GitWorkspaces workspaces = onFiles();
    workspaces.prepare(run(), source(Optional.of(git(author, "rev-parse", "HEAD~2"))), LIMIT);
    try (Stream<Path> mirrors = Files.list(temporary.resolve("data/workspaces/.mirrors"))) {
      Files.writeString(mirrors.findFirst().orElseThrow().resolve(torn), "[\n");
    }
    String commit = git(author, "rev-parse", "HEAD~1");

    assertDetached(workspaces.prepare(run(), source(Optional.of(commit)), LIMIT), commit);
  }

  private static void assertDetached(Path workspace, String commit) throws Exception {
    assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(commit);
    assertThat(git(workspace, "rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("HEAD");
    assertThat(git(workspace, "rev-list", "--count", "HEAD")).isEqualTo("1");
    assertThat(git(workspace, "branch", "--list", "--all", "--format=%(refname)"))
        .doesNotContain("refs/");
    assertThat(workspace.resolve("file")).exists();
  }

  private static String references(Path repository) throws Exception {
    return git(
        repository, "for-each-ref", "--format=%(refname) %(symref) %(objectname) %(upstream)");
  }

  private GitWorkspaces onFiles() {
    return workspaces("https://github.com");
  }

  private GitWorkspaces workspaces(String baseUrl) {
    return new GitWorkspaces(
        temporary.resolve("data/workspaces"),
        new GitHubHost(baseUrl),
        Optional.of(TOKEN),
        new LocalRoots(List.of(temporary)),
        CheckoutExtras.NONE,
        (_, _) -> {},
        Clock.systemUTC());
  }

  private WorkspaceSource source(Optional<String> ref) {
    return new WorkspaceSource.Git("file://" + remote, Optional.empty(), ref);
  }

  private WorkspaceSource branch(String name) {
    return new WorkspaceSource.Git("file://" + remote, Optional.of(name));
  }

  private static RunId run() {
    return RunId.next(Instant.parse("2030-01-01T00:00:00Z"));
  }

  private void commit(String text) throws Exception {
    Files.writeString(author.resolve("file"), text);
    git(author, "add", ".");
    git(author, "commit", "-q", "-m", text);
  }
}
