package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.ChangedFile.Status;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.CollectedChanges.NoBase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the patch of a run has in it, compared with the workspace file by file. */
class ChangeCollectorTest {
  private static final String BASE =
      """
      mkdir -p src/deep docs
      seq 100 > src/numbers
      printf 'echo hello\\n' > src/run.sh
      printf 'a\\0b\\1' > docs/image
      printf 'no newline' > docs/short
      touch empty
      ln -s src/numbers link
      printf '*.log\\n/target/\\n' > .gitignore
      echo kept > src/deep/kept
      echo other > src/deep/other
      """;

  @TempDir private Path temporary;

  private ChangedWorkspace workspace(String script) throws Exception {
    return ChangedWorkspace.of(temporary, script);
  }

  @Nested
  class ThePatch {
    @Test
    void isEmptyWhereNothingChanged() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("touch src/numbers link; echo ignored > a.log; mkdir target nothing");

      Collected collected = workspace.assertExact("a.log");

      assertThat(workspace.patch).isEmptyFile();
      assertThat(collected.files()).isEqualTo(new ChangedFiles(List.of(), 0, 0, 0));
      assertThat(collected.headCommit()).contains(collected.baseCommit());
      assertThat(collected.notes()).isEmpty();
    }

    @Test
    void hasWhatWasCommittedStagedAndJustWritten() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          echo committed >> src/numbers; git commit -qam one
          echo staged > staged; git add staged; echo more >> staged
          echo untracked > "un tracked"
          rm src/deep/kept; git rm -q --cached docs/short
          """);

      Collected collected = workspace.assertExact();

      assertThat(collected.headCommit()).contains(git(workspace.top, "rev-parse", "HEAD"));
      assertThat(collected.headCommit()).isNotEqualTo(Optional.of(collected.baseCommit()));
      assertThat(workspace.statuses())
          .containsExactly(
              "deleted src/deep/kept", "modified src/numbers", "added staged", "added un tracked");
      assertThat(collected.files().insertions()).isEqualTo(4);
      assertThat(collected.files().deletions()).isEqualTo(1);
      assertThat(collected.files().listed().get(2))
          .isEqualTo(new ChangedFile("staged", Optional.empty(), Status.ADDED, false, 2, 0));
    }

    @Test
    void hasModesLinksAndTypes() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          chmod +x src/run.sh
          ln -sfn nowhere link
          ln -s /etc/passwd outside; ln -s . loop
          rm empty; ln -s docs/short empty
          rm -r docs; ln -s src docs
          rm src/deep/kept; mkdir src/deep/kept; echo in > src/deep/kept/file
          """);

      workspace.assertExact();

      assertThat(workspace.statuses())
          .contains(
              "type_changed empty",
              "modified link",
              "modified src/run.sh",
              "deleted docs/image",
              "added docs",
              "added outside");
    }

    @Test
    void namesRenamedFiles() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("git mv src/numbers moved; echo 101 >> moved; mv docs/image docs/picture");

      Collected collected = workspace.assertExact();

      assertThat(workspace.statuses())
          .containsExactly("renamed docs/image > docs/picture", "renamed src/numbers > moved");
      assertThat(collected.files().insertions()).isEqualTo(1);
      assertThat(collected.files().listed().get(1).binary()).isFalse();
    }

    @Test
    void hasBinaryFilesEmptyFilesAndFilesWithoutALastNewline() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          printf 'a\\0c\\377' > docs/image
          head -c 200000 /dev/urandom > blob
          : > docs/short; : > nothing
          printf 'x\\r\\ny' > mixed; printf '\\n' >> empty
          """);

      Collected collected = workspace.assertExact();

      assertThat(collected.files().listed().stream().filter(ChangedFile::binary))
          .extracting(ChangedFile::path)
          .containsExactly("blob", "docs/image");
    }

    @Test
    void hasNamesOfAnyBytes() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          echo 1 > $'new\\nline'; echo 2 > $'tab\\tquote"back\\\\slash'; echo 3 > $'caf\\351 \\a'
          echo 4 > 'ünï'; echo 5 > ' lead'; echo 6 > 'trail '; echo 7 > ':(top)magic'; echo 8 > '*'
          echo 9 > -dash; mkdir $'\\377dir'; echo 10 > $'\\377dir/in'; echo 11 > '!not'
          echo 12 > 'a/b => c' 2> /dev/null || echo 12 > 'a => c'; echo 13 > '#hash'; echo 14 > 'x%41'
          """);

      workspace.assertExact();

      assertThat(workspace.statuses())
          .contains(
              "added new\nline",
              "added tab\tquote\"back\\slash",
              "added \"caf\\351 \\a\"",
              "added ünï",
              "added \"\\377dir/in\"",
              "added -dash");
    }

    @Test
    void isNotKeptAboveItsLimit() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("seq 100000 > many");
      Files.writeString(workspace.patch, "of an earlier run");

      Collected collected = (Collected) workspace.collect(10_000);

      assertThat(collected.patchTooLarge()).isTrue();
      assertThat(collected.files().insertions()).isEqualTo(100_000);
      assertThat(workspace.patch).doesNotExist();
      assertThat(temporary.resolve("data/.comparisons")).isEmptyDirectory();
      long whole = workspace.collected().patchBytes().orElseThrow();
      assertThat(((Collected) workspace.collect(whole)).patchBytes()).hasValue(whole);
      assertThat(((Collected) workspace.collect(whole - 1)).patchTooLarge()).isTrue();
    }

    @Test
    void isNotMadeOfMoreThanCanBeRead() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("truncate -s 3T sparse; rm empty; echo more >> docs/short");

      Collected collected = workspace.collected();

      assertThat(collected.patchTooLarge()).isTrue();
      assertThat(workspace.statuses())
          .containsExactlyInAnyOrder("added sparse", "deleted empty", "modified docs/short");
    }

    @Test
    void isOfTheTreeWhereAttributesExpandWords() throws Exception {
      ChangedWorkspace workspace =
          workspace("echo '*.txt ident' > .gitattributes; printf '$Id$\\none\\n' > a.txt");
      workspace.agent("echo two >> a.txt; cp a.txt b.txt; git add -A");

      Path fresh = workspace.apply(workspace.collected());

      assertThat(git(fresh, "write-tree")).isEqualTo(git(workspace.top, "write-tree"));
    }

    @Test
    void isOfTheTreeWhereTheAgentChangedTheAttributes() throws Exception {
      ChangedWorkspace workspace =
          workspace("echo '*.txt eol=crlf' > .gitattributes; printf 'one\\ntwo\\n' > a.txt");
      workspace.agent(
          """
          printf '*.txt -text\\n*.md eol=crlf\\n' > .gitattributes; printf 'x\\r\\ny\\r\\n' > b.md
          printf '1\\r\\n' >> a.txt; git add -A
          """);

      Path fresh = workspace.apply(workspace.collected());

      assertThat(git(fresh, "write-tree")).isEqualTo(git(workspace.top, "write-tree"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "* text=auto eol=crlf",
          "*.txt text eol=lf",
          "*.txt working-tree-encoding=UTF-16",
          "*.txt diff\n*.bin diff",
          "*.txt -diff",
          "*.txt binary",
          "*.txt filter=lfs diff=lfs merge=lfs -text",
          "*.txt diff=cpp"
        })
    void knowsTheAttributesOfTheRepository(String attributes) throws Exception {
      boolean wide = attributes.contains("UTF-16");
      String encode = wide ? " | iconv -t UTF-16" : "";
      ChangedWorkspace workspace =
          workspace(
              BASE
                  + "printf '%s\\n' '"
                  + attributes
                  + "' > .gitattributes\n"
                  + "printf 'one\\ntwo\\n$Id$\\n'"
                  + encode
                  + " > a.txt\n"
                  + "printf 'one\\ntwo\\n'"
                  + encode
                  + " > b.txt; printf 'a\\0b' > c.bin\n");
      workspace.agent(
          "touch b.txt; printf 'a\\0c\\0' > c.bin\n"
              + (wide
                  ? "iconv -f UTF-16 a.txt | sed 's/one/three/' | iconv -t UTF-16 > x\n"
                  : "sed 's/one/three/' a.txt > x\n")
              + "mv x a.txt; cp b.txt new.txt");

      workspace.assertExact();

      assertThat(workspace.statuses())
          .containsExactly("modified a.txt", "modified c.bin", "added new.txt");
    }

    @Test
    void isOfTheBytesThatAnAgentsOwnLineEndSettingLeft() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          git config core.autocrlf true; printf 'a\\r\\nb\\r\\n' > crlf; git add crlf
          git commit -qm crlf; sed -i 's/$/\\r/' src/numbers; rm src/run.sh; git checkout -q src/run.sh
          """);

      workspace.assertExact();
    }
  }

  @Nested
  class Ignored {
    @Test
    void filesAreLeftOutUnlessTheAgentAddedThem() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          mkdir target; echo o > target/o; echo p > target/p; echo l > l.log; echo f > forced.log
          git add -f forced.log; git commit -qm forced; git add -f target/p
          """);

      workspace.assertExact("target/o", "l.log");

      assertThat(workspace.statuses()).containsExactly("added forced.log", "added target/p");
    }

    @Test
    void filesOfTheBaseStillCount() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("echo docs >> .gitignore; echo more >> docs/short; echo new > docs/new");

      workspace.assertExact("docs/new");

      assertThat(workspace.statuses())
          .containsExactly("modified .gitignore", "modified docs/short");
    }

    @Test
    void filesThatTheAgentStoppedTrackingAreDeleted() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          "git rm -q --cached docs/short; echo docs/short >> .gitignore; git commit -qam untrack");

      workspace.assertExact("docs/short");

      assertThat(workspace.statuses()).containsExactly("modified .gitignore", "deleted docs/short");
    }

    @Test
    void filesAreNotWhatTheAgentsPrivateExcludesSay() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          """
          mkdir -p .git/info; echo '*' > .git/info/exclude; echo '*' > .git/all
          git config core.excludesFile "$PWD/.git/all"; echo new > new
          """);

      workspace.assertExact();

      assertThat(workspace.statuses()).containsExactly("added new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rm .git/index", "echo junk > .git/index"})
    void filesInCommitsAreKnownWithoutAnIndex(String damage) throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          "echo f > forced.log; git add -f forced.log; git commit -qm forced; echo l > l.log;"
              + damage);

      workspace.assertExact("l.log");
    }
  }

  @Nested
  class Histories {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "git checkout -q --detach; echo d >> empty; git commit -qam d",
          "git checkout -q -b other/branch; echo d >> empty; git commit -qam d; git pack-refs --all",
          "git checkout -q --orphan fresh; echo d >> empty; git commit -qam d",
          "echo d >> empty; git commit -q --amend -am d; git update-ref refs/heads/x HEAD~0;"
              + " git symbolic-ref HEAD refs/heads/x",
          "echo d >> empty; git commit -qam d; git tag -am t t; git checkout -q t",
          "rm -rf .git; git init -q; git add -A; git commit -qm anew; echo x > empty",
          "echo d >> empty; git commit -qam d; git worktree add -q ../linked 2> /dev/null",
          "echo d >> empty; git update-index --split-index; git commit -qam d; git gc -q"
        })
    void ofTheAgentDoNotMatter(String script) throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(script + "; echo after > after; rm docs/short");

      Collected collected = workspace.assertExact();

      assertThat(collected.headCommit()).contains(git(workspace.top, "rev-parse", "HEAD"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "git checkout -q --orphan fresh",
          "git checkout -q --orphan fresh; git rm -rfq --cached .",
          "rm -rf .git",
          "rm .git/HEAD",
          "echo 'ref: refs/../../HEAD' > .git/HEAD",
          "mv .git/HEAD .git/x; ln -s x .git/HEAD",
          "head -c 100000 /dev/urandom > .git/HEAD"
        })
    void withoutACommitHaveNoHead(String script) throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(script + "; echo after > after; rm docs/short");

      Collected collected = workspace.assertExact();

      assertThat(collected.headCommit()).isEmpty();
    }

    @Test
    void mayBeginWithAnEmptyTree() throws Exception {
      ChangedWorkspace workspace = workspace("");
      workspace.agent("mkdir a; echo 1 > a/b; echo 2 > c; git add c; git commit -qm c");

      workspace.assertExact();
    }

    @Test
    void mayHaveIdsOfTheOtherKind() throws Exception {
      ChangedWorkspace workspace = new ChangedWorkspace(temporary, BASE, "sha256");
      workspace.agent(
          "rm docs/short; git mv src/numbers n; git commit -qm n; printf 'q\\0' > docs/image; rm -r src");

      assertThat(workspace.assertExact().headCommit().orElseThrow()).hasSize(64);
    }

    @Test
    void mayGoOnInASparseWorkTree() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("git sparse-checkout set docs; echo more >> docs/short; rm docs/image");

      workspace.collected();

      assertThat(workspace.statuses()).containsExactly("deleted docs/image", "modified docs/short");
    }

    @Test
    void areComparedWithoutTheMirror() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("echo more >> docs/short; rm -r src; git commit -qam more");
      DirectoryTree.remove(temporary.resolve("data/.mirrors"));

      workspace.assertExact();
    }

    @Test
    void withoutObjectsAnywhereAreAFailureWithASentence() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("echo more >> docs/short; rm -rf .git/objects");
      DirectoryTree.remove(temporary.resolve("data/.mirrors"));

      assertThat(workspace.collect())
          .isEqualTo(
              new CollectedChanges.Failed(
                  "The base commit is gone from the mirror, and the workspace's objects cannot be"
                      + " used"));
      assertThat(workspace.patch).doesNotExist();
    }
  }

  @Nested
  class RepositoriesInside {
    private static final String SUBMODULE =
        "git init -q sub; git -C sub commit -q --allow-empty -m s; git add sub\n";

    @Test
    void areLinksToTheirCommits() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("git init -q in; cd in; echo i > i; git add i; git commit -qm i; echo j > j");
      String head = git(workspace.top.resolve("in"), "rev-parse", "HEAD");

      Path fresh = workspace.apply(workspace.collected());

      assertThat(workspace.statuses()).containsExactly("added in");
      assertThat(git(fresh, "ls-files", "-s", "in")).startsWith("160000 " + head);
      assertThat(fresh.resolve("in")).isEmptyDirectory();
    }

    @Test
    void withoutACommitAreDirectories() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          "git init -q in; echo i > in/i; git init -q in/deeper; echo j > in/deeper/j;"
              + " printf '*.o' > in/.gitignore; echo o > in/x.o");

      workspace.assertExact("in/x.o");

      assertThat(workspace.statuses())
          .containsExactly("added in/.gitignore", "added in/deeper/j", "added in/i");
    }

    @Test
    void thatAreIgnoredAreLeftOut() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent(
          "git init -q target/in; git -C target/in commit -q --allow-empty -m t; echo x > target/in/x");

      assertThat(workspace.statuses()).isEmpty();
    }

    @Test
    void thatTheBaseNamesStayAsTheyAreWhereTheyAreEmpty() throws Exception {
      ChangedWorkspace workspace = workspace(BASE + SUBMODULE);
      workspace.agent("echo more >> docs/short");

      workspace.assertExact();

      assertThat(workspace.statuses()).containsExactly("modified docs/short");
    }

    @Test
    void moveToTheCommitThatTheAgentChose() throws Exception {
      ChangedWorkspace workspace = workspace(BASE + SUBMODULE);
      workspace.agent("git init -q sub; git -C sub commit -q --allow-empty -m other");
      String head = git(workspace.top.resolve("sub"), "rev-parse", "HEAD");

      Path fresh = workspace.apply(workspace.collected());

      assertThat(workspace.statuses()).containsExactly("modified sub");
      assertThat(git(fresh, "ls-files", "-s", "sub")).startsWith("160000 " + head);
    }

    @Test
    void areFoundWhereSubmodulesHaveTheirDirectory() throws Exception {
      ChangedWorkspace workspace = workspace(BASE + SUBMODULE);
      workspace.agent(
          "git init -q sub; git -C sub commit -q --allow-empty -m other; mkdir .git/modules;"
              + " mv sub/.git .git/modules/sub; echo 'gitdir: ../.git/modules/sub' > sub/.git");
      String head = git(workspace.top.resolve("sub"), "rev-parse", "HEAD");

      Path fresh = workspace.apply(workspace.collected());

      assertThat(git(fresh, "ls-files", "-s", "sub")).startsWith("160000 " + head);
    }

    @Test
    void giveWayToFiles() throws Exception {
      ChangedWorkspace workspace = workspace(BASE + SUBMODULE);
      workspace.agent("echo vendored > sub/file");

      workspace.assertExact();

      assertThat(workspace.statuses()).containsExactly("deleted sub", "added sub/file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rmdir sub", "rmdir sub; echo s > sub", "rmdir sub; ln -s docs sub"})
    void canBeDeletedAndReplaced(String script) throws Exception {
      ChangedWorkspace workspace = workspace(BASE + SUBMODULE);
      workspace.agent(script);

      workspace.assertExact();
    }

    @Test
    void canTakeThePlaceOfAFile() throws Exception {
      ChangedWorkspace workspace = workspace(BASE);
      workspace.agent("rm empty; git init -q empty; git -C empty commit -q --allow-empty -m e");

      assertThat(workspace.statuses()).containsExactly("type_changed empty");
    }
  }

  @Test
  void aWorkspaceWithoutARepositoryHasNoBase() throws Exception {
    ChangedWorkspace workspace = workspace(BASE);
    RunId run = new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GZ");
    Path empty =
        workspace.workspaces.prepare(run, new WorkspaceSource.Empty(), ChangedWorkspace.LIMIT);
    Files.write(empty.resolve("file"), "x".getBytes(StandardCharsets.UTF_8));

    assertThat(workspace.workspaces.baseCommit(run)).isEmpty();
    assertThat(workspace.workspaces.collect(run, workspace.patch, 1000, ChangedWorkspace.LIMIT))
        .isEqualTo(new NoBase());
  }

  @Test
  void theBaseIsKnownUntilTheWorkspaceIsRemoved() throws Exception {
    ChangedWorkspace workspace = workspace(BASE);
    RunId run = new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GH");

    assertThat(workspace.workspaces.baseCommit(run))
        .contains(git(workspace.top, "rev-parse", "HEAD"));
    assertThat(workspace.workspaces.remove(run)).isTrue();
    assertThat(workspace.workspaces.baseCommit(run)).isEmpty();
  }
}
