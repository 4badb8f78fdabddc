package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.execute;
import static dev.agentgate.git.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.RawName;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource.GitHub;
import dev.agentgate.workspace.CollectedChanges.Collected;
import dev.agentgate.workspace.WorkspaceCommits.Signature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** A workspace of a run, the agent in it, and what the service makes of what the agent did. */
final class ChangedWorkspace {
  static final Duration LIMIT = Duration.ofMinutes(2);
  static final GitHub SHOP = new GitHub("acme", "shop", Optional.empty());
  static final Signature SIGNATURE =
      new Signature(
          "Fix it\n\nAgentGate-Order: wo_1\n",
          "Robot",
          "robot@example.com",
          Instant.ofEpochSecond(1_700_000_000));
  static final RunId RUN = new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GH");

  final Path top;
  final Path patch;
  final GitWorkspaces workspaces;
  final Path temporary;
  final Path remote;

  /**
   * Checks out what a script makes.
   *
   * @param script run by bash in an empty repository, whose files are then committed
   * @param format {@code sha1} or {@code sha256}
   */
  ChangedWorkspace(Path temporary, String script, String format) throws Exception {
    this.temporary = temporary;
    this.remote = temporary.resolve("remotes/acme/shop.git");
    Path author = temporary.resolve("author");
    git(temporary, "init", "-q", "-b", "trunk", "--object-format=" + format, author.toString());
    execute(author, List.of("bash", "-ec", script));
    git(author, "add", "-A");
    git(author, "commit", "-q", "--allow-empty", "-m", "base");
    git(temporary, "clone", "-q", "--bare", author.toString(), remote.toString());
    this.patch = temporary.resolve("the.patch");
    this.workspaces =
        new GitWorkspaces(
            temporary.resolve("data"),
            new GitHubHost("file://" + temporary.resolve("remotes")),
            Optional.empty(),
            new LocalRoots(List.of()),
            CheckoutExtras.NONE,
            (run, note) -> {},
            Clock.fixed(Instant.now(), ZoneOffset.UTC));
    this.top = workspaces.prepare(RUN, SHOP, LIMIT);
  }

  static ChangedWorkspace of(Path temporary, String script) throws Exception {
    return new ChangedWorkspace(temporary, script, "sha1");
  }

  /** What the agent does, in bash. */
  String agent(String script) throws Exception {
    return execute(top, List.of("bash", "-ec", "exec < /dev/null\n" + script));
  }

  /** Commits what the agent did and pushes it to a branch of the remote. */
  Optional<String> publish(String branch) throws Exception {
    Optional<WorkspaceCommit> commit = commit();
    if (commit.isPresent()) {
      try (WorkspaceCommit it = commit.get()) {
        it.push().push(branch, theirs -> false);
      }
    }
    assertThat(temporary.resolve("data/.publishing")).isEmptyDirectory();
    return commit.map(WorkspaceCommit::id);
  }

  Optional<WorkspaceCommit> commit() throws Exception {
    return workspaces.commit(RUN, SHOP, SIGNATURE, LIMIT);
  }

  /** Publishes, and compares what the remote has then with the patch. */
  String assertPublishedExactly() throws Exception {
    Path fresh = apply(collected());
    String commit = publish("published").orElseThrow();
    assertThat(git(remote, "rev-parse", "published")).isEqualTo(commit);
    // Git may warn of files that the agent left.
    assertThat(git(fresh, "write-tree")).endsWith(git(remote, "rev-parse", "published^{tree}"));
    return commit;
  }

  CollectedChanges collect() throws Exception {
    return collect(32L << 20);
  }

  CollectedChanges collect(long maxPatchBytes) throws Exception {
    return workspaces.collect(RUN, patch, maxPatchBytes, LIMIT);
  }

  Collected collected() throws Exception {
    CollectedChanges changes = collect();
    assertThat(changes).isInstanceOf(Collected.class);
    return (Collected) changes;
  }

  /** Each changed file as {@code status path}, or {@code renamed old > new}. */
  List<String> statuses() throws Exception {
    return collected().files().listed().stream().map(ChangedWorkspace::status).toList();
  }

  private static String status(ChangedFile file) {
    String status = file.status().name().toLowerCase(Locale.ROOT);
    return status + " " + file.oldPath().map(old -> old + " > ").orElse("") + file.path();
  }

  /** Collects, applies the patch to a fresh checkout of the base, and compares all files. */
  Collected assertExact(String... leftOut) throws Exception {
    Map<String, String> before = snapshot(top, true);
    Collected collected = collected();
    assertThat(snapshot(top, true)).as("nothing is written to the workspace").isEqualTo(before);
    assertThat(collected.patchBytes()).hasValue(Files.size(patch));
    Path fresh = apply(collected);
    Map<String, String> expected = snapshot(top, false);
    List.of(leftOut).forEach(name -> assertThat(expected.remove(name)).as(name).isNotNull());
    assertThat(snapshot(fresh, false)).isEqualTo(expected);
    return collected;
  }

  /** Applies the patch to a fresh checkout of the base. */
  Path apply(Collected collected) throws Exception {
    Path fresh = Files.createTempDirectory(temporary, "fresh");
    git(temporary, "clone", "-q", remote.toString(), fresh.toString());
    assertThat(git(fresh, "rev-parse", "HEAD")).isEqualTo(collected.baseCommit());
    if (Files.size(patch) > 0) {
      git(fresh, "apply", "--binary", "--whitespace=nowarn", patch.toString());
      // It has to fit into the index as well, which knows modes and links to repositories.
      git(fresh, "apply", "--binary", "--whitespace=nowarn", "--cached", patch.toString());
    }
    return fresh;
  }

  /**
   * All files by the bytes of their names: what they are, and their content.
   *
   * @param withGit also those in {@code .git}, and times
   */
  static Map<String, String> snapshot(Path top, boolean withGit) throws IOException {
    Map<String, String> files = new TreeMap<>();
    snapshot(top, top, withGit, files);
    return files;
  }

  private static void snapshot(Path top, Path at, boolean withGit, Map<String, String> files)
      throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(at)) {
      for (Path entry : entries) {
        boolean directory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        if (entry.getFileName().toString().equals(".git") && !withGit) {
          continue;
        }
        String time =
            withGit ? Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS) + " " : "";
        if (!directory) {
          files.put(name(top, entry), time + describe(entry));
        } else if (Files.isReadable(entry)) {
          snapshot(top, entry, withGit, files);
        }
      }
    }
  }

  static String name(Path top, Path entry) {
    byte[] name = RawName.of(entry);
    int prefix = RawName.of(top).length + 1;
    return new String(name, prefix, name.length - prefix, StandardCharsets.ISO_8859_1);
  }

  private static String content(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return bytes.length < 40
        ? new String(bytes, StandardCharsets.ISO_8859_1)
        : bytes.length + " bytes, " + sum.getValue();
  }

  private static String describe(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return "link " + Files.readSymbolicLink(file);
    }
    if (!Files.isRegularFile(file)) {
      return "special";
    }
    String kind = Files.isExecutable(file) ? "program " : "file ";
    return Files.isReadable(file) ? kind + content(Files.readAllBytes(file)) : kind + "unreadable";
  }
}
