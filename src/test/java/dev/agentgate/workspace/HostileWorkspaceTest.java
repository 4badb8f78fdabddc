package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.execute;
import static dev.agentgate.git.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.CollectedChanges.Failed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workspaces whose agents planted programs and traps for the service. */
@Timeout(240)
class HostileWorkspaceTest {
  private static final String BASE =
      """
      seq 20 > numbers; echo text > file.txt; printf 'a\\0b' > image.bin; mkdir dir; echo d > dir/d
      echo '*.log' > .gitignore
      git init -q sub; git -C sub commit -q --allow-empty -m s; git add sub
      """;

  @TempDir private Path temporary;

  private ChangedWorkspace workspace;
  private Path ran;

  /** A program that leaves a mark, which it takes for nothing that it is given. */
  @BeforeEach
  void plant() throws Exception {
    workspace = ChangedWorkspace.of(temporary, BASE);
    ran = temporary.resolve("planted-program-ran");
    Path program = temporary.resolve("evil");
    Files.writeString(program, "#!/bin/sh\necho \"$0 $*\" >> '" + ran + "'\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    workspace.agent("ln -s ../../evil .git/evil; echo more >> numbers; echo new > new.txt");
  }

  private void assertExactAndNothingRan() throws Exception {
    workspace.assertExact();
    workspace.assertPublishedExactly();
    assertThat(ran).doesNotExist();
    assertThat(workspace.statuses()).contains("modified numbers", "added new.txt");
  }

  /** Proves that the trap works: with the agent's own git, the program does run. */
  private void assertGitRuns(String script) throws Exception {
    Path copy = temporary.resolve("copy");
    execute(temporary, List.of("cp", "-a", workspace.top.toString(), copy.toString()));
    execute(copy, List.of("bash", "-c", "exec < /dev/null; " + script + "; true"));
    assertThat(ran).as("the trap works").exists();
    Files.delete(ran);
  }

  @Nested
  class Programs {
    static Stream<Map.Entry<String, String>> traps() {
      String evil = "E=$(readlink -f ../../evil);";
      return Map.ofEntries(
              Map.entry(
                  "mkdir -p .git/hooks; for h in post-index-change pre-commit post-checkout"
                      + " pre-auto-gc fsmonitor-watchman; do cp $E .git/hooks/$h; done",
                  "git update-index --add new.txt"),
              Map.entry(
                  "mkdir h; cp $E h/post-index-change; git config core.hooksPath h",
                  "git add new.txt"),
              Map.entry(
                  "git config filter.x.clean $E; git config filter.x.smudge $E;"
                      + " git config filter.x.required true; echo '* filter=x' > .gitattributes",
                  "git add -A"),
              Map.entry(
                  "git config filter.x.process $E; echo '* filter=x' > .git/attributes;"
                      + " mkdir -p .git/info; cp .git/attributes .git/info/attributes",
                  "git add -A"),
              Map.entry("git config core.fsmonitor $E", "git status"),
              Map.entry("git config diff.external $E", "git diff"),
              Map.entry(
                  "git config diff.x.command $E; git config diff.x.textconv $E;"
                      + " echo '* diff=x' > .gitattributes",
                  "git diff"),
              Map.entry(
                  "git config merge.x.driver $E; git config merge.renormalize true;"
                      + " git config alias.diff-index '!'$E; git config alias.zz '!'$E;"
                      + " echo '* merge=x' > .gitattributes",
                  "git zz"),
              Map.entry(
                  "printf '[core]\\n\\tfsmonitor = %s\\n' $E > .git/more;"
                      + " git config include.path more; git config includeIf.gitdir:/.path more",
                  "git status"),
              Map.entry(
                  "git config extensions.worktreeConfig true;"
                      + " printf '[core]\\n\\tfsmonitor = %s\\n' $E > .git/config.worktree",
                  "git status"),
              Map.entry(
                  "git config core.pager $E; git config core.editor $E; git config core.sshCommand $E;"
                      + " git config core.askPass $E; git config credential.helper $E;"
                      + " git config gpg.program $E; git config core.gitProxy $E;"
                      + " git config uploadpack.packObjectsHook $E; git config pager.diff $E;"
                      + " git config core.alternateRefsCommand $E; git config commit.gpgSign true",
                  "git commit -m x --allow-empty"),
              Map.entry(
                  "git config core.repositoryFormatVersion 1; git config extensions.partialClone origin;"
                      + " git config remote.origin.promisor true; git config remote.origin.url \"ext::$E\";"
                      + " git config protocol.ext.allow always",
                  "git fetch"))
          .entrySet()
          .stream()
          .map(trap -> Map.entry(evil + trap.getKey(), trap.getValue()));
    }

    @ParameterizedTest
    @MethodSource("traps")
    void doNotRun(Map.Entry<String, String> trap) throws Exception {
      workspace.agent(trap.getKey());
      Files.deleteIfExists(ran);
      assertGitRuns(trap.getValue());

      assertExactAndNothingRan();
    }

    @Test
    void ofRepositoriesInsideDoNotRun() throws Exception {
      workspace.agent(
          """
          E=$(readlink -f ../../evil)
          for r in sub in; do
            git init -q $r; echo i > $r/i; git -C $r add i; git -C $r commit -qm i; echo j >> $r/i; echo u > $r/u
            git -C $r config core.fsmonitor $E; mkdir -p $r/.git/hooks; cp $E $r/.git/hooks/post-index-change
            echo '* filter=x' > $r/.gitattributes; git -C $r config filter.x.clean $E
          done
          printf '[submodule "sub"]\\n\\tpath = sub\\n\\turl = ext::%s\\n\\tignore = none\\n' $E \\
            > .gitmodules
          rm -f ../../planted-program-ran
          """);
      assertGitRuns("git status");

      Collected collected = workspace.collected();

      assertThat(ran).doesNotExist();
      assertThat(workspace.statuses()).contains("modified sub", "added in", "added .gitmodules");
      Path fresh = workspace.apply(collected);
      assertThat(git(fresh, "ls-files", "-s", "sub"))
          .contains(git(workspace.top.resolve("sub"), "rev-parse", "HEAD"));
    }

    @Test
    void aSubmoduleThatIsToBeIgnoredIsNot() throws Exception {
      workspace.agent(
          "git init -q sub; git -C sub commit -q --allow-empty -m other;"
              + " printf '[submodule \"sub\"]\\n path = sub\\n url = x\\n ignore = all\\n' > .gitmodules");

      assertThat(workspace.statuses()).contains("modified sub");
    }
  }

  @Nested
  class Detours {
    /** Another repository, whose only file has a secret. */
    private Path elsewhere() throws Exception {
      Path elsewhere = temporary.resolve("elsewhere");
      git(temporary, "init", "-q", elsewhere.toString());
      Files.writeString(elsewhere.resolve("secret"), "the secret of another repository\n");
      git(elsewhere, "add", "-A");
      git(elsewhere, "commit", "-q", "-m", "secret");
      return elsewhere;
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "rm -rf .git; echo \"gitdir: $X/.git\" > .git",
          "rm -rf .git; ln -s $X/.git .git",
          "rm -rf .git; mkdir .git; echo $X/.git > .git/commondir; cp $X/.git/HEAD $X/.git/index .git",
          "rm -rf .git/refs; ln -s $X/.git/refs .git/refs; cp $X/.git/HEAD .git/HEAD; rm .git/packed-refs",
          "rm -f .git/packed-refs .git/refs/heads/*; ln -s $X/p .git/packed-refs",
          "rm .git/index; ln -s $X/.git/index .git/index; ln -sf $X/.git/HEAD .git/HEAD",
          "rm -rf .git/objects; ln -s $X/.git/objects .git/objects; cp $X/.git/HEAD .git/HEAD;"
              + " git -C $X rev-parse HEAD > .git/HEAD; rm .git/index",
          "mkdir -p .git/objects/info; echo $X/.git/objects > .git/objects/info/alternates;"
              + " git -C $X rev-parse HEAD > .git/HEAD; rm .git/index"
        })
    void areNotTaken(String script) throws Exception {
      Path elsewhere = elsewhere();
      git(elsewhere, "pack-refs", "--all");
      workspace.agent("X=" + elsewhere + "; cp $X/.git/packed-refs $X/p; " + script);

      Collected collected = workspace.assertExact();

      assertThat(workspace.patch).content().doesNotContain("secret");
      if (script.contains("rev-parse")) {
        assertThatThrownBy(() -> workspace.publish("published"))
            .isInstanceOf(WorkspaceFailedException.class)
            .hasMessageStartingWith("The agent's commits cannot be read");
      } else {
        workspace.assertPublishedExactly();
      }
      if (!script.contains("rev-parse")) {
        assertThat(collected.headCommit()).isEmpty();
      }
    }

    @Test
    void workTreesOfTheConfigurationAreNotTaken() throws Exception {
      workspace.agent(
          "git config core.worktree "
              + elsewhere()
              + "; git config core.bare true;"
              + " git config core.attributesFile /dev/stdin; git config core.sparseCheckout true");

      assertExactAndNothingRan();
    }

    @Test
    void gitFilesOfRepositoriesInsideLeadNowhere() throws Exception {
      Path elsewhere = elsewhere();
      workspace.agent(
          "rmdir sub; mkdir sub in; echo 'gitdir: "
              + elsewhere
              + "/.git' > sub/.git; echo i > in/i;"
              + " cp sub/.git in/.git; mkdir linked; ln -s "
              + elsewhere
              + "/.git linked/.git;"
              + " echo l > linked/l");

      workspace.assertExact();

      assertThat(workspace.statuses())
          .containsExactlyInAnyOrder(
              "added in/i", "added linked/l", "added new.txt", "modified numbers");
    }

    @Test
    void replacedAndGraftedObjectsAreNotTaken() throws Exception {
      workspace.agent(
          """
          old=$(git rev-parse HEAD:file.txt); new=$(echo replaced | git hash-object -w --stdin)
          git replace $old $new; mkdir -p .git/info; git rev-parse HEAD > .git/info/grafts
          git replace $(git rev-parse HEAD) $(git commit-tree -m other $(git mktree < /dev/null))
          echo changed > file.txt
          """);

      assertExactAndNothingRan();
    }

    @Test
    void forgedObjectsAreNotTakenForTheBase() throws Exception {
      workspace.agent(
          """
          id=$(git rev-parse HEAD:file.txt); forged=$(echo forged | git hash-object -w --stdin)
          git repack -adq; git unpack-objects -q < /dev/null || true
          mkdir -p .git/objects/${id:0:2}; cp .git/objects/${forged:0:2}/${forged:2} .git/objects/${id:0:2}/${id:2}
          echo changed > file.txt
          """);

      assertExactAndNothingRan();
      DirectoryTree.remove(temporary.resolve("data/.mirrors"));
      CollectedChanges again = workspace.collect();
      if (again instanceof Collected) {
        workspace.assertExact();
      }
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "ln -sf /dev/zero .gitignore",
          "ln -s /dev/zero .gitattributes",
          "echo junk > .gitmodules",
          "mkdir .gitattributes; echo x > .gitattributes/x"
        })
    void filesThatRuleGitAreFilesLikeOthers(String script) throws Exception {
      workspace.agent(script);

      assertExactAndNothingRan();
    }

    /** Git takes none into a repository, and none out of a patch. */
    @Test
    void aLinkThatRulesSubmodulesIsLeftOut() throws Exception {
      workspace.agent("ln -s /etc/passwd .gitmodules");

      workspace.assertExact(".gitmodules");
    }

    @Test
    void theWorkspaceItselfIsNotFollowed() throws Exception {
      workspace.agent("cd ..; mv \"$OLDPWD\" moved; ln -s moved \"$OLDPWD\"");

      assertThat(workspace.collect()).isEqualTo(new Failed("The workspace is gone"));
    }
  }

  @Nested
  class Obstacles {
    @Test
    void fifosAndSocketsAreLeftOut() throws Exception {
      workspace.agent(
          "mkfifo fifo dir/fifo; rm file.txt; mkfifo file.txt; perl -MIO::Socket::UNIX -e"
              + " 'IO::Socket::UNIX->new(Local => \"socket\", Listen => 1)'");

      workspace.assertExact("fifo", "dir/fifo", "file.txt", "socket");

      assertThat(workspace.statuses()).contains("deleted file.txt");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "rm .gitignore; mkfifo .gitignore",
          "mkfifo dir/.gitattributes",
          "mkfifo .gitmodules",
          "mkdir in; mkfifo in/.git",
          "mkdir -p in/.git/objects in/.git/refs; mkfifo in/.git/HEAD",
          "git init -q in; rm in/.git/HEAD; mkfifo ../f; ln -s $PWD/../f in/.git/HEAD",
          "mkdir in ../x; mkfifo ../x/HEAD; echo gitdir: ../../x > in/.git",
          "mkdir in ../x; mkfifo ../x/HEAD; ln -s ../../x in/.git",
          "head -c 20000000 /dev/zero > .gitignore"
        })
    void whatGitWouldWaitForIsRefusedWithASentence(String script) throws Exception {
      workspace.agent(script);

      assertThat(workspace.collect())
          .isInstanceOfSatisfying(
              Failed.class,
              failed ->
                  assertThat(failed.reason())
                      .startsWith("The changes cannot be compared: ")
                      .doesNotContain(temporary.toString()));
      assertThat(workspace.patch).doesNotExist();
      assertThat(temporary.resolve("data/.comparisons/run_01K9D3V5TRC4QNE2Y7X0AWZ8GH"))
          .doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"HEAD", "index", "packed-refs", "config", "objects/fifo", "info/exclude"})
    void fifosInTheAgentsOwnRepositoryAreNotOpened(String name) throws Exception {
      workspace.agent(
          "cd .git; mkdir -p info; rm -f "
              + name
              + "; mkfifo "
              + name
              + "; cd ..; echo more >> dir/d");

      assertExactAndNothingRan();
    }

    @Test
    void whatCannotBeReadIsNamedInANote() throws Exception {
      workspace.agent(
          "mkdir shut; echo x > shut/x; chmod 000 shut; echo y > dir/y; chmod 000 dir/y");
      try {
        Collected collected = workspace.collected();

        if (Files.isReadable(workspace.top.resolve("shut"))) {
          assertThat(workspace.statuses()).contains("added shut/x", "added dir/y");
          assertThat(collected.notes()).isEmpty();
        } else {
          assertThat(collected.notes())
              .containsExactly(
                  "Directories that could not be read: 1; the patch leaves them out",
                  "Files that could not be read: 1; the patch leaves them out");
        }
      } finally {
        workspace.agent("chmod 700 shut");
      }
    }

    @Test
    void pathsTooLongToNameAreLeftOut() throws Exception {
      workspace.agent(
          "d=$(printf 'x%.0s' $(seq 200)); for i in $(seq 30); do mkdir $d; cd $d; done; echo x > x");

      assertThat(workspace.statuses()).contains("modified numbers");
      assertThat(DirectoryTree.remove(workspace.top)).isTrue();
    }

    @Test
    void theDeadlineEndsEverything() throws Exception {
      Failed failed =
          (Failed)
              workspace.workspaces.collect(
                  new dev.agentgate.workorder.RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GH"),
                  workspace.patch,
                  1000,
                  java.time.Duration.ofNanos(1));

      assertThat(failed.reason()).contains("did not end within 0 ms");
      assertThat(workspace.patch).doesNotExist();
    }

    @Test
    void namesThatNoRepositoryMayHaveAreLeftOut() throws Exception {
      workspace.agent(
          "echo x > 'git~1'; mkdir .GIT; echo y > .GIT/y; mkdir dir/.git; echo z > dir/.git/z");

      Collected collected = workspace.collected();

      assertThat(workspace.statuses()).containsExactly("added new.txt", "modified numbers");
      assertThat(collected.patchBytes()).isPresent();
      assumeThat(workspace.top.resolve(".GIT")).isDirectory();
    }
  }
}
