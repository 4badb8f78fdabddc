package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;
import static dev.agentgate.workspace.ChangedWorkspace.LIMIT;
import static dev.agentgate.workspace.ChangedWorkspace.RUN;
import static dev.agentgate.workspace.ChangedWorkspace.SHOP;
import static dev.agentgate.workspace.ChangedWorkspace.SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.git.BranchPush.Theirs;
import dev.agentgate.git.BranchTakenException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.git.PushRefusedException;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.WorkspaceSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceCommitTest {
  private static final String BASE = "seq 20 > numbers; echo '*.log' > .gitignore; mkdir dir";
  private static final String TOKEN = "ghp_TheSecretOfThisTest";

  @TempDir private Path temporary;

  @Nested
  class Commits {
    @Test
    void uncommittedChangesAreCommittedOnTheBase() throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      String base = git(workspace.remote, "rev-parse", "trunk");
      workspace.agent("echo more >> numbers; echo new > new.txt; git add new.txt; echo x > x.log");

      String commit = workspace.assertPublishedExactly();

      assertThat(git(workspace.remote, "log", "--format=%an <%ae> %cn <%ce> %at %ct", "-1", commit))
          .isEqualTo("Robot <robot@example.com> Robot <robot@example.com> 1700000000 1700000000");
      assertThat(git(workspace.remote, "log", "--format=%B", "-1", commit))
          .isEqualTo(SIGNATURE.message().strip());
      assertThat(git(workspace.remote, "rev-parse", commit + "^")).isEqualTo(base);
      assertThat(git(workspace.remote, "ls-tree", "-r", "--name-only", commit))
          .isEqualTo(".gitignore\nnew.txt\nnumbers");
    }

    @Test
    void theAgentsOwnCommitsStayAsTheyAre() throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent("echo one > one; git add one; git commit -qm one; git gc -q");
      String own = git(workspace.top, "rev-parse", "HEAD");

      assertThat(workspace.assertPublishedExactly()).isEqualTo(own);

      workspace.agent("echo two > two");
      String commit = workspace.assertPublishedExactly();
      assertThat(git(workspace.remote, "rev-parse", commit + "^")).isEqualTo(own);
      assertThat(git(workspace.top, "rev-parse", "HEAD")).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "true",
          "echo x > x.log",
          "git commit -q --allow-empty -m nothing",
          "echo more >> numbers; git commit -qam more; git revert --no-edit HEAD"
        })
    void aTreeLikeTheBaseIsNotCommitted(String script) throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent(script);

      assertThat(workspace.publish("published")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "git checkout -q --detach; echo x > x; git add x; git commit -qm x",
          "git checkout -q --orphan other; git commit -qm other; echo x > x",
          "git fetch -q --unshallow; git checkout -q -b old HEAD~; echo x > x; git add x;"
              + " git commit -qm x; git checkout -q trunk; git merge -q --no-edit old",
          "git fetch -q --depth=1 origin side:side; git merge -q --no-edit"
              + " --allow-unrelated-histories side",
          "rm .git/shallow; echo x > x",
          "echo junk > .git/shallow; echo x > x",
          "rm -rf .git; echo x > x",
          "git symbolic-ref HEAD refs/heads/unborn; echo x > x"
        })
    void historiesOfAllKindsArePublished(String script) throws Exception {
      ChangedWorkspace workspace = new ChangedWorkspace(temporary, withHistory(), "sha1");
      workspace.agent(script);

      workspace.assertPublishedExactly();

      git(workspace.remote, "fsck", "--strict", "--connectivity-only", "published");
    }

    @Test
    void sha256IsPublished() throws Exception {
      ChangedWorkspace workspace = new ChangedWorkspace(temporary, BASE, "sha256");
      workspace.agent("echo x > x");

      assertThat(workspace.assertPublishedExactly()).hasSize(64);
    }

    @Test
    void theMirrorIsNotNeeded() throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent("echo x > x; git add x; git commit -qm x; echo y > y");
      DirectoryTree.remove(temporary.resolve("data/.mirrors"));

      workspace.assertPublishedExactly();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "echo 0123456789012345678901234567890123456789 > .git/HEAD",
          "id=$(git hash-object -w numbers); echo $id > .git/HEAD",
          "git commit -qm x --allow-empty; echo x > x; rm -rf .git/objects; mkdir .git/objects"
        })
    void aHeadThatIsNoCommitIsRefused(String script) throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent("echo more >> numbers; " + script);

      assertThatThrownBy(() -> workspace.publish("published"))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessage("The agent's HEAD is not a commit that can be read");
    }

    private static final String FORGE =
        """
        id=$(git rev-parse HEAD:file); forged=$(echo forged | git hash-object -w --stdin)
        cp -f .git/objects/${forged:0:2}/${forged:2} .git/objects/${id:0:2}/${id:2}
        """;

    @Test
    void aForgedObjectDoesNotTakeThePlaceOfAFile() throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent("echo honest > file; git add file; git commit -qm file\n" + FORGE);

      String commit = workspace.assertPublishedExactly();

      assertThat(git(workspace.remote, "show", commit + ":file")).isEqualTo("honest");
    }

    @Test
    void aForgedObjectInTheHistoryReachesNoRemote() throws Exception {
      ChangedWorkspace workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent(
          "echo honest > file; git add file; git commit -qm file\n"
              + FORGE
              + "echo later > file; git commit -qam later");

      assertThatThrownBy(() -> workspace.publish("published"))
          .isInstanceOf(GitFailedException.class);

      assertThat(git(workspace.remote, "for-each-ref", "--format=%(refname)"))
          .isEqualTo("refs/heads/trunk");
    }

    @Test
    void aBaseThatTheRemoteDroppedIsPushedWithItsHistory() throws Exception {
      ChangedWorkspace workspace =
          new ChangedWorkspace(temporary, "git commit -q --allow-empty -m first; " + BASE, "sha1");
      workspace.agent("echo more >> numbers");
      git(workspace.remote, "update-ref", "refs/heads/trunk", "trunk~");

      String commit = workspace.publish("work").orElseThrow();

      assertThat(git(workspace.remote, "rev-list", "--count", commit)).isEqualTo("3");
    }

    /** A base with a parent, and another branch. */
    private static String withHistory() {
      return "git commit -q --allow-empty -m first; git checkout -q -b side; echo s > s; git add s;"
          + " git commit -qm side; git checkout -q trunk; "
          + BASE;
    }
  }

  @Nested
  class Branches {
    private ChangedWorkspace workspace;

    @BeforeEach
    void begin() throws Exception {
      workspace = ChangedWorkspace.of(temporary, BASE);
      workspace.agent("echo more >> numbers");
    }

    @Test
    void aSecondPushOfTheSameCommitChangesNothing() throws Exception {
      Optional<String> first = workspace.publish("work");

      assertThat(workspace.publish("work")).isEqualTo(first);
    }

    @Test
    void aBranchThatOnlyLagsIsAdvanced() throws Exception {
      git(workspace.remote, "branch", "work", "trunk");

      Optional<String> commit = workspace.publish("work");

      assertThat(git(workspace.remote, "rev-parse", "work")).isEqualTo(commit.orElseThrow());
    }

    @Test
    void aBranchOfOthersIsLeftAlone() throws Exception {
      String theirs = othersCommit();

      assertThatThrownBy(() -> workspace.publish("work"))
          .isInstanceOf(BranchTakenException.class)
          .hasMessage("The branch work has commits on the remote that AgentGate did not push");

      assertThat(git(workspace.remote, "rev-parse", "work")).isEqualTo(theirs);
    }

    @Test
    void aCommitThatMayBeReplacedIsReplaced() throws Exception {
      String theirs = othersCommit();
      List<Theirs> asked = new ArrayList<>();

      try (WorkspaceCommit commit = workspace.commit().orElseThrow()) {
        commit.push().push("work", asked::add);
        assertThat(git(workspace.remote, "rev-parse", "work")).isEqualTo(commit.id());
      }

      assertThat(asked).hasSize(1);
      assertThat(asked.getFirst().id()).isEqualTo(theirs);
      assertThat(asked.getFirst().content())
          .contains("committer Tester <tester@example.com>")
          .endsWith("\n\ntheirs");
    }

    @Test
    void aBranchThatMovesMeanwhileIsLeftAlone() throws Exception {
      othersCommit();
      try (WorkspaceCommit commit = workspace.commit().orElseThrow()) {
        assertThatThrownBy(() -> commit.push().push("work", _ -> moves()))
            .isInstanceOf(GitFailedException.class)
            .hasMessageContaining("stale info");
      }
      assertThat(git(workspace.remote, "log", "--format=%s", "-1", "work")).isEqualTo("later");
    }

    private boolean moves() {
      try {
        commit("later");
        return true;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private String othersCommit() throws Exception {
      return commit("theirs");
    }

    private String commit(String message) throws Exception {
      String commit =
          git(workspace.remote, "commit-tree", "-m", message, "-p", "trunk", "trunk^{tree}");
      git(workspace.remote, "update-ref", "refs/heads/work", commit);
      return commit;
    }

    @Test
    void theBaseIsTheBranchThatWasCheckedOut() throws Exception {
      try (WorkspaceCommit commit = workspace.commit().orElseThrow()) {
        assertThat(commit.push().base()).as("the default branch").isEqualTo("trunk");
      }
      git(workspace.remote, "branch", "feature/x", "trunk");
      git(workspace.remote, "tag", "v1", "trunk");
      assertThat(baseOf(Optional.of("feature/x"), Optional.empty())).isEqualTo("feature/x");
      assertThat(baseOf(Optional.empty(), Optional.of("feature/x"))).isEqualTo("feature/x");
      assertThat(baseOf(Optional.empty(), Optional.of("v1"))).isEqualTo("trunk");
      assertThat(baseOf(Optional.empty(), Optional.of(git(workspace.remote, "rev-parse", "v1"))))
          .isEqualTo("trunk");
    }

    private String baseOf(Optional<String> branch, Optional<String> ref) throws Exception {
      try (WorkspaceCommit commit =
          workspace
              .workspaces
              .commit(
                  RUN, new WorkspaceSource.GitHub("acme", "shop", branch, ref), SIGNATURE, LIMIT)
              .orElseThrow()) {
        return commit.push().base();
      }
    }
  }

  @Nested
  class OverHttp {
    @Test
    void theTokenIsUsedForTheHostAndAProtectedBranchIsReported() throws Exception {
      Path remotes = Files.createDirectories(temporary.resolve("remotes"));
      try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
        GitWorkspaces workspaces = workspaces(server, Optional.of(TOKEN));
        Path remote = remotes.resolve("acme/shop.git");
        git(temporary, "init", "-q", "-b", "trunk", "author");
        git(temporary.resolve("author"), "commit", "-q", "--allow-empty", "-m", "base");
        git(temporary, "clone", "-q", "--bare", "author", remote.toString());
        Path top = workspaces.prepare(RUN, SHOP, LIMIT);
        Files.writeString(top.resolve("new.txt"), "new");
        protect(remote);

        try (WorkspaceCommit commit =
            workspaces.commit(RUN, SHOP, SIGNATURE, LIMIT).orElseThrow()) {
          commit.push().push("agentgate/wo_1", _ -> false);
          assertThat(git(remote, "rev-parse", "agentgate/wo_1")).isEqualTo(commit.id());

          assertThatThrownBy(() -> commit.push().push("protected", _ -> false))
              .isInstanceOf(PushRefusedException.class)
              .hasMessageContaining("remote: error: GH006: Protected branch update failed")
              .hasMessageContaining("pre-receive hook declined")
              .hasMessageNotContaining(TOKEN);
        }

        server.accepts = "ghp_Another";
        try (WorkspaceCommit commit =
            workspaces.commit(RUN, SHOP, SIGNATURE, LIMIT).orElseThrow()) {
          assertThatThrownBy(() -> commit.push().push("agentgate/wo_2", _ -> false))
              .hasMessageContaining("The remote refused the token (agentgate.github.token)")
              .hasMessageNotContaining(TOKEN);
        }
      }
    }

    /** Refuses a push as GitHub does where a branch is protected. */
    private static void protect(Path remote) throws Exception {
      Path hook = remote.resolve("hooks/pre-receive");
      Files.createDirectories(hook.getParent());
      Files.writeString(
          hook,
          """
          #!/bin/sh
          while read old new ref; do
            test "$ref" = refs/heads/protected || continue
            echo "error: GH006: Protected branch update failed for $ref." >&2
            exit 1
          done
          """);
      assertThat(hook.toFile().setExecutable(true)).isTrue();
    }

    private GitWorkspaces workspaces(GitServer server, Optional<String> token) {
      return new GitWorkspaces(
          temporary.resolve("data"),
          new GitHubHost("http://127.0.0.1:" + server.port()),
          token,
          new LocalRoots(List.of()),
          CheckoutExtras.NONE,
          (_, _) -> {},
          Clock.systemUTC());
    }
  }
}
