package dev.agentgate.workspace;

import static dev.agentgate.git.GitProgram.execute;
import static dev.agentgate.git.GitProgram.git;
import static dev.agentgate.git.GitServer.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.FreePorts;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workorder.WorkspaceSource.GitHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitWorkspacesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "ghp_TheSecretOfThisTest";
  private static final WorkspaceSource SHOP = new GitHub("acme", "shop", Optional.empty());

  @TempDir private Path temporary;

  private Path remotes;
  private Path author;
  private Path root;

  /** A repository whose default branch is {@code trunk}, with a second branch. */
  @BeforeEach
  void makeRemote() throws Exception {
    remotes = Files.createDirectories(temporary.resolve("remotes"));
    root = temporary.resolve("data/workspaces");
    Path shop = remotes.resolve("acme/shop.git");
    git(temporary, "init", "-q", "--bare", "-b", "trunk", shop.toString());
    author = temporary.resolve("author");
    git(temporary, "init", "-q", "-b", "trunk", author.toString());
    git(author, "remote", "add", "origin", shop.toString());
    commit("trunk", "one");
    git(author, "checkout", "-q", "-b", "feature/login");
    commit("feature/login", "two");
    git(author, "checkout", "-q", "trunk");
  }

  private GitWorkspaces onFiles() {
    return workspaces("file://" + remotes, List.of(), Clock.systemUTC());
  }

  private GitWorkspaces onHttp(int port) {
    return workspaces("http://127.0.0.1:" + port, List.of(), Clock.systemUTC());
  }

  private GitWorkspaces workspaces(String baseUrl, List<Path> localRoots, Clock clock) {
    return new GitWorkspaces(
        root,
        new GitHubHost(baseUrl),
        Optional.of(TOKEN),
        new LocalRoots(localRoots),
        CheckoutExtras.NONE,
        (_, _) -> {},
        clock);
  }

  private static RunId run() {
    return RunId.next(Instant.parse("2030-01-01T00:00:00Z"));
  }

  private static RunId prepared(GitWorkspaces workspaces, WorkspaceSource source) throws Exception {
    RunId run = run();
    workspaces.prepare(run, source, LIMIT);
    return run;
  }

  private static WorkspaceSourceInput input(
      Optional<String> url,
      Optional<String> owner,
      Optional<String> repo,
      Optional<String> branch) {
    return new WorkspaceSourceInput(
        Optional.empty(), url, owner, repo, branch, Optional.empty(), Optional.empty());
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .isSubsetOf(".mirrors", ".gitconfig", ".baselines");
    }
    String[] baselines = root.resolve(".baselines").toFile().list();
    assertThat(baselines == null ? 0 : baselines.length).isZero();
  }

  private void commit(String branch, String text) throws Exception {
    Files.writeString(author.resolve("file"), text);
    git(author, "add", ".");
    git(author, "commit", "-q", "-m", text);
    git(author, "push", "-q", "origin", "HEAD:" + branch);
  }

  private Path mirror() throws IOException {
    try (Stream<Path> mirrors = Files.list(root.resolve(".mirrors"))) {
      return mirrors.findFirst().orElseThrow();
    }
  }

  private void damageObjects() throws IOException {
    try (Stream<Path> files = Files.walk(mirror().resolve("objects"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.write(file, new byte[20]);
      }
    }
  }

  private long mirrorBytes() throws IOException {
    try (Stream<Path> files = Files.walk(mirror())) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static void delete(Path directory) {
    assertThat(DirectoryTree.remove(directory)).isTrue();
  }

  private static <T> List<T> atOnce(int count, Callable<T> task) throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(Collections.nCopies(count, task))) {
        results.add(result.get());
      }
      return results;
    }
  }

  /** Living processes that carry the run's id, as whoever stops the run would look for them. */
  private static List<Long> processesOf(RunId run) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(pid -> read(Path.of("/proc/" + pid + "/environ")).contains(run.value()))
        .toList();
  }

  private static List<String> commandLines() {
    return ProcessHandle.allProcesses()
        .map(process -> read(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' '))
        .filter(line -> line.contains("git"))
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static void sh(Path directory, String script) throws Exception {
    execute(directory, List.of("sh", "-c", script));
  }

  @Nested
  class Checkouts {
    @Test
    void allFourFormsReachTheCommitOfTheirBranch() throws Exception {
      GitWorkspaces workspaces = onFiles();
      WorkspaceSourceParser parser =
          new CheckedSourceParser(
              new GitHubHost("file://" + remotes), Optional.of("acme"), new LocalRoots(List.of()));
      Optional<String> none = Optional.empty();
      Optional<String> login = Optional.of("feature/login");
      Optional<String> shop = Optional.of("shop");
      Optional<String> acme = Optional.of("acme");
      Map<WorkspaceSourceInput, String> inputs =
          Map.of(
              input(Optional.of("https://github.com/acme/shop"), none, none, none), "trunk",
              input(
                      Optional.of("https://github.com/acme/shop/tree/feature/login"),
                      none,
                      none,
                      none),
                  "feature/login",
              input(Optional.of("git@github.com:acme/shop.git"), none, none, login),
                  "feature/login",
              input(none, acme, shop, none), "trunk",
              input(none, acme, shop, login), "feature/login",
              input(none, none, Optional.of("acme/shop"), none), "trunk",
              input(none, none, Optional.of("acme/shop"), login), "feature/login",
              input(none, none, shop, none), "trunk",
              input(none, none, shop, login), "feature/login");

      for (var entry : inputs.entrySet()) {
        RunId run = run();
        Path workspace = workspaces.prepare(run, parser.parse(entry.getKey()), LIMIT);

        assertThat(git(workspace, "rev-parse", "HEAD"))
            .isEqualTo(git(author, "rev-parse", entry.getValue()));
        assertThat(git(workspace, "symbolic-ref", "--short", "HEAD")).isEqualTo(entry.getValue());
        assertThat(workspaces.locate(run, SHOP)).isEqualTo(workspace);
        assertThat(workspace).isEqualTo(root.toRealPath().resolve(run.value()));
      }
    }

    @Test
    void theWorkspaceIsARepositoryOfItsOwn() throws Exception {
      GitWorkspaces workspaces = onFiles();
      Path workspace = workspaces.prepare(run(), SHOP, LIMIT);
      delete(root.resolve(".mirrors"));

      assertThat(git(workspace, "status", "--porcelain")).isEmpty();
      assertThat(git(workspace, "fsck", "--full")).isEmpty();
      assertThat(workspace.resolve(".git/objects/info/alternates")).doesNotExist();
      assertThat(workspace.resolve(".git/hooks")).doesNotExist();
      assertThat(git(workspace, "remote", "get-url", "origin"))
          .isEqualTo("file://" + remotes + "/acme/shop.git");
      assertThat(git(workspace, "rev-parse", "--abbrev-ref", "@{upstream}"))
          .isEqualTo("origin/trunk");
      assertThat(git(workspace, "rev-list", "--count", "HEAD")).isEqualTo("1");
      assertThat(Files.getPosixFilePermissions(workspace))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void anAgentCanPullAndPush() throws Exception {
      Path workspace = onFiles().prepare(run(), SHOP, LIMIT);
      commit("trunk", "later");

      git(workspace, "pull", "-q");
      Files.writeString(workspace.resolve("fix"), "fixed");
      git(workspace, "add", "fix");
      git(workspace, "commit", "-q", "-m", "fix");
      git(workspace, "push", "-q");

      assertThat(git(remotes.resolve("acme/shop.git"), "rev-parse", "trunk"))
          .isEqualTo(git(workspace, "rev-parse", "HEAD"));
    }

    @Test
    void theSecondOrderFetchesOnlyWhatIsNew() throws Exception {
      byte[] big = new byte[2_000_000];
      new Random(7).nextBytes(big);
      Files.write(author.resolve("big"), big);
      commit("trunk", "big");
      GitWorkspaces workspaces = onFiles();
      workspaces.prepare(run(), SHOP, LIMIT);
      long first = mirrorBytes();
      assertThat(first).isGreaterThan(2_000_000);

      workspaces.prepare(run(), SHOP, LIMIT);
      assertThat(mirrorBytes()).as("nothing is new").isEqualTo(first);

      commit("trunk", "small");
      Path third = workspaces.prepare(run(), SHOP, LIMIT);
      assertThat(mirrorBytes() - first).as("a small change").isBetween(1L, 10_000L);
      assertThat(git(third, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));

      Path branch =
          workspaces.prepare(
              run(), new GitHub("acme", "shop", Optional.of("feature/login")), LIMIT);
      assertThat(mirrorBytes() - first).as("a branch without the big file").isLessThan(20_000);
      assertThat(git(branch, "rev-parse", "HEAD"))
          .isEqualTo(git(author, "rev-parse", "feature/login"));
    }

    @Test
    void aRewrittenBranchIsFollowed() throws Exception {
      GitWorkspaces workspaces = onFiles();
      workspaces.prepare(run(), SHOP, LIMIT);
      git(author, "commit", "-q", "--amend", "-m", "rewritten");
      git(author, "push", "-q", "--force", "origin", "trunk");

      Path workspace = workspaces.prepare(run(), SHOP, LIMIT);

      assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));
    }

    @Test
    void aBranchInTheWayOfANewOneGivesWay() throws Exception {
      git(author, "push", "-q", "origin", "trunk:topic");
      GitWorkspaces workspaces = onFiles();
      workspaces.prepare(run(), new GitHub("acme", "shop", Optional.of("topic")), LIMIT);
      git(author, "push", "-q", "origin", ":topic");
      git(author, "push", "-q", "origin", "trunk:topic/deeper");

      Path workspace =
          workspaces.prepare(run(), new GitHub("acme", "shop", Optional.of("topic/deeper")), LIMIT);

      assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));
    }

    @Test
    void aBranchThatIsGoneIsNamedAndLeavesNothing() throws Exception {
      GitWorkspaces workspaces = onFiles();
      WorkspaceSource login = new GitHub("acme", "shop", Optional.of("feature/login"));
      workspaces.remove(prepared(workspaces, login));
      git(author, "push", "-q", "origin", ":feature/login");

      assertThatThrownBy(() -> workspaces.prepare(run(), login, LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessage(
              "The remote has no branch or tag feature/login. A commit has to be named by its full"
                  + " id.");
      assertNothingLeft();
    }

    @Test
    void aRepositoryThatDoesNotExistFailsWithoutAPathOfTheServer() throws Exception {
      assertThatThrownBy(
              () -> onFiles().prepare(run(), new GitHub("acme", "no", Optional.empty()), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageStartingWith("git ls-remote failed: fatal: '…/acme/no.git' does not appear")
          .message()
          .doesNotContain(temporary.toString());
      assertNothingLeft();
    }

    @Test
    void anEmptyRepositoryFailsWithASentence() throws Exception {
      git(temporary, "init", "-q", "--bare", remotes.resolve("acme/void.git").toString());

      assertThatThrownBy(
              () -> onFiles().prepare(run(), new GitHub("acme", "void", Optional.empty()), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessage(
              "The repository has no commit yet, so there is nothing to check out. Push one first.");
      assertThatThrownBy(() ->
              onFiles().prepare(run(), new GitHub("acme", "void", Optional.of("main")), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageStartingWith("The repository has no commit yet");
      assertNothingLeft();
    }

    @Test
    void aBranchNameBeyondAsciiIsReachedOrRefusedButNeverChanged() throws Exception {
      git(author, "push", "-q", "origin", "trunk:f0o");
      assertThatThrownBy(() ->
              onFiles().prepare(run(), new GitHub("acme", "shop", Optional.of("f\u00fco")), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class);
      assertNothingLeft();
    }

    @Test
    void hooksAndFiltersOfTheMachineDoNotRun() throws Exception {
      Path marker = temporary.resolve("ran");
      Files.writeString(author.resolve(".gitattributes"), "* filter=evil");
      Files.writeString(author.resolve(".lfsconfig"), "[lfs]\n\turl = https://evil.tld");
      Files.writeString(
          author.resolve(".gitmodules"),
          "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% " + marker + "\n");
      commit("trunk", "hostile");

      Path workspace = onFiles().prepare(run(), SHOP, LIMIT);

      assertThat(workspace.resolve(".gitmodules")).exists();
      assertThat(marker).doesNotExist();
    }
  }

  @Nested
  class Mirrors {
    @Test
    void eightOrdersOfOneRepositoryAtOnceAllGetIt() throws Exception {
      GitWorkspaces workspaces = onFiles();

      List<Path> made = atOnce(8, () -> workspaces.prepare(run(), SHOP, LIMIT));

      for (Path workspace : made) {
        assertThat(git(workspace, "rev-parse", "HEAD"))
            .isEqualTo(git(author, "rev-parse", "trunk"));
      }
      assertThat(made).doesNotHaveDuplicates();
    }

    @Test
    void ordersThatMeetABrokenMirrorTogetherAllGetTheirWorkspace() throws Exception {
      GitWorkspaces workspaces = onFiles();
      workspaces.prepare(run(), SHOP, LIMIT);
      damageObjects();

      for (Path workspace : atOnce(4, () -> workspaces.prepare(run(), SHOP, LIMIT))) {
        assertThat(git(workspace, "rev-parse", "HEAD"))
            .isEqualTo(git(author, "rev-parse", "trunk"));
      }
    }

    @Test
    void aMirrorWithDamagedObjectsHeals() throws Exception {
      GitWorkspaces workspaces = onFiles();
      workspaces.prepare(run(), SHOP, LIMIT);
      damageObjects();

      assertThat(git(workspaces.prepare(run(), SHOP, LIMIT), "fsck")).isEmpty();

      damageObjects();
      commit("trunk", "later");
      assertThat(git(workspaces.prepare(run(), SHOP, LIMIT), "rev-parse", "HEAD"))
          .isEqualTo(git(author, "rev-parse", "trunk"));
    }

    @Test
    void aMirrorThatWasKilledWhileFetchingHeals() throws Exception {
      onFiles().prepare(run(), SHOP, LIMIT);
      commit("trunk", "later");
      Path mirror = mirror();
      Files.writeString(mirror.resolve("shallow.lock"), "");
      Files.writeString(mirror.resolve("refs/heads/trunk.lock"), "");
      Files.createDirectories(mirror.resolve("objects/pack"));
      Path torn = Files.writeString(mirror.resolve("objects/pack/tmp_pack_x1"), "PACK");

      Path workspace = onFiles().prepare(run(), SHOP, LIMIT);

      assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));
      assertThat(torn).doesNotExist();
    }

    @Test
    void aMirrorThatWasKilledWhileBeingMadeHeals() throws Exception {
      onFiles().prepare(run(), SHOP, LIMIT);
      Files.delete(mirror().resolve("HEAD"));
      commit("trunk", "later");

      Path workspace = onFiles().prepare(run(), SHOP, LIMIT);

      assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));
    }

    @Test
    void mirrorsThatNobodyUsedAreRemovedAndMadeAgain() throws Exception {
      Instant now = Instant.parse("2030-01-01T00:00:00Z");
      workspaces("file://" + remotes, List.of(), Clock.fixed(now, ZoneOffset.UTC))
          .prepare(run(), SHOP, LIMIT);
      GitWorkspaces dayAfter =
          workspaces(
              "file://" + remotes,
              List.of(),
              Clock.fixed(now.plus(Duration.ofDays(1)), ZoneOffset.UTC));

      assertThat(dayAfter.removeUnusedMirrors(Duration.ofDays(2))).isZero();
      assertThat(dayAfter.removeUnusedMirrors(Duration.ofHours(23))).isEqualTo(1);
      assertThat(dayAfter.removeUnusedMirrors(Duration.ofHours(23))).isZero();

      assertThat(dayAfter.prepare(run(), SHOP, LIMIT)).isNotEmptyDirectory();
    }
  }

  /** A preparation that is cut short. */
  @Nested
  class Ends {
    @Test
    void aRemoteThatNeverAnswersFailsWithinTheLimitAndLeavesNothing() throws Exception {
      try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
        GitWorkspaces workspaces = onHttp(silent.getLocalPort());
        RunId run = run();
        long begun = System.nanoTime();

        assertThatThrownBy(() -> workspaces.prepare(run, SHOP, Duration.ofMillis(700)))
            .isInstanceOf(WorkspaceFailedException.class)
            .hasMessage("git ls-remote did not end within 700 ms");

        assertThat(Duration.ofNanos(System.nanoTime() - begun))
            .isBetween(Duration.ofMillis(700), Duration.ofMinutes(1));
        assertNothingLeft();
        assertThat(processesOf(run)).isEmpty();
      }
    }

    @Test
    void anInterruptedPreparationLeavesNothing() throws Exception {
      try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
          ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        GitWorkspaces workspaces = onHttp(silent.getLocalPort());
        RunId run = run();
        CountDownLatch ended = new CountDownLatch(1);
        List<Exception> thrown = new ArrayList<>();
        Future<?> preparing =
            executor.submit(() -> {
              try {
                workspaces.prepare(run, SHOP, LIMIT);
              } catch (InterruptedException | WorkspaceFailedException e) {
                thrown.add(e);
              } finally {
                ended.countDown();
              }
            });
        Awaitility.await().until(() -> processesOf(run).size() >= 2);

        preparing.cancel(true);

        assertThat(ended.await(120, TimeUnit.SECONDS)).isTrue();
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
        assertNothingLeft();
        assertThat(processesOf(run)).isEmpty();
      }
    }

    @Test
    void aKillOfTheRunsProcessesEndsThePreparation() throws Exception {
      try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
          ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        GitWorkspaces workspaces = onHttp(silent.getLocalPort());
        RunId run = run();
        Future<Path> preparing = executor.submit(() -> workspaces.prepare(run, SHOP, LIMIT));
        Awaitility.await().until(() -> processesOf(run).size() >= 2);

        // Again and again, because git may start another one meanwhile.
        Awaitility.await()
            .until(() -> {
              List<Long> found = processesOf(run);
              found.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
              return found.isEmpty() && preparing.isDone();
            });

        assertThatThrownBy(preparing::get).hasCauseInstanceOf(WorkspaceFailedException.class);
        assertNothingLeft();
      }
    }
  }

  @Nested
  class Credentials {
    @Test
    void theTokenReachesTheHostAndNothingElse() throws Exception {
      Set<String> commandLines = ConcurrentHashMap.newKeySet();
      try (GitServer server =
          new GitServer(remotes, TOKEN, () -> commandLines.addAll(commandLines()))) {
        GitWorkspaces workspaces = onHttp(server.port());

        Path workspace = workspaces.prepare(run(), SHOP, LIMIT);

        assertThat(git(workspace, "rev-parse", "HEAD"))
            .isEqualTo(git(author, "rev-parse", "trunk"));
        assertThat(git(workspace, "remote", "get-url", "origin"))
            .isEqualTo("http://127.0.0.1:" + server.port() + "/acme/shop.git");
        assertThat(server.authorizations).contains("Basic " + base64("x-access-token:" + TOKEN));
      }
      assertThat(commandLines).anyMatch(line -> line.contains("remote-http"));
      assertThat(commandLines).noneMatch(line -> line.contains(TOKEN));
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(TOKEN)
              .doesNotContain(base64("x-access-token:" + TOKEN));
        }
      }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRedirectToAnotherHostDoesNotTakeTheTokenAlong(boolean beforeItAsks) throws Exception {
      try (GitServer other = new GitServer(remotes, TOKEN, () -> {});
          GitServer configured = new GitServer(remotes, TOKEN, () -> {})) {
        configured.redirectsBeforeItAsks = beforeItAsks;
        configured.redirectTo = Optional.of("http://localhost:" + other.port());
        GitWorkspaces workspaces = onHttp(configured.port());

        assertThatThrownBy(() -> workspaces.prepare(run(), SHOP, LIMIT))
            .isInstanceOf(WorkspaceFailedException.class)
            .message()
            .startsWith("git ls-remote failed: ")
            .doesNotContain(TOKEN);

        assertThat(other.requests).isPositive();
        assertThat(other.authorizations).isEmpty();
        assertNothingLeft();
      }
    }

    @Test
    void aRefusedTokenIsNotRepeated() throws Exception {
      try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
        server.accepts = "another";
        assertThatThrownBy(() -> onHttp(server.port()).prepare(run(), SHOP, LIMIT))
            .isInstanceOf(WorkspaceFailedException.class)
            .hasMessageContaining("Authentication failed")
            .hasMessageContaining("refused the token (agentgate.github.token)")
            .message()
            .doesNotContain(TOKEN);
        assertNothingLeft();
      }
    }

    @Test
    void aRepositoryThatAsksForATokenWhereNoneIsConfiguredSaysSo() throws Exception {
      try (GitServer server = new GitServer(remotes, TOKEN, () -> {})) {
        GitHubHost host = new GitHubHost("http://127.0.0.1:" + server.port());
        GitWorkspaces workspaces =
            new GitWorkspaces(
                root,
                host,
                Optional.empty(),
                new LocalRoots(List.of()),
                CheckoutExtras.NONE,
                (_, _) -> {},
                Clock.systemUTC());

        assertThatThrownBy(() -> workspaces.prepare(run(), SHOP, LIMIT))
            .isInstanceOf(WorkspaceFailedException.class)
            .hasMessageEndingWith("no token is configured (agentgate.github.token)");
      }
    }
  }

  @Nested
  class OtherSources {
    @Test
    void whatSshSaysIsTold() throws Exception {
      int closed = FreePorts.next();
      WorkspaceSource unreachable =
          new WorkspaceSource.Git("ssh://git@127.0.0.1:" + closed + "/x/y.git", Optional.empty());

      assertThatThrownBy(() -> onFiles().prepare(run(), unreachable, LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessageContaining("ssh: connect to host 127.0.0.1 port " + closed)
          .hasMessageContaining("Connection refused")
          .hasMessageContaining("fatal: Could not read from remote repository.");
    }

    @Test
    void aFileRemoteBelowARootIsCheckedOut() throws Exception {
      WorkspaceSource git =
          new WorkspaceSource.Git("file://" + remotes + "/acme/shop.git", Optional.empty());
      GitWorkspaces workspaces =
          workspaces("https://github.com", List.of(remotes), Clock.systemUTC());

      Path workspace = workspaces.prepare(run(), git, LIMIT);

      assertThat(git(workspace, "rev-parse", "HEAD")).isEqualTo(git(author, "rev-parse", "trunk"));
    }

    @Test
    void sourcesThatWereNotCheckedAreRefusedAgain() {
      GitWorkspaces workspaces = onFiles();
      for (WorkspaceSource source :
          List.of(
              new GitHub("..", "shop", Optional.empty()),
              new GitHub("acme", "../shop", Optional.empty()),
              new GitHub("acme", "shop", Optional.of("--upload-pack=x")),
              new WorkspaceSource.Git("ext::sh -c id", Optional.empty()),
              new WorkspaceSource.Git("file://" + remotes + "/acme/shop.git", Optional.empty()),
              new WorkspaceSource.Git("--upload-pack=x", Optional.empty()))) {
        assertThatThrownBy(() -> workspaces.prepare(run(), source, LIMIT))
            .isInstanceOf(WorkspaceFailedException.class);
      }
    }

    @Test
    void anEmptyWorkspaceIsAFreshDirectoryForThisUserOnly() throws Exception {
      GitWorkspaces workspaces = onFiles();
      RunId run = run();

      Path workspace = workspaces.prepare(run, new WorkspaceSource.Empty(), LIMIT);

      assertThat(workspace).isEmptyDirectory().isAbsolute();
      assertThat(Files.getPosixFilePermissions(workspace))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      Files.writeString(workspace.resolve("left"), "over");
      assertThat(workspaces.prepare(run, new WorkspaceSource.Empty(), LIMIT)).isEmptyDirectory();
    }

    @Test
    void aLocalDirectoryIsUsedInPlaceAndNeverRemoved() throws Exception {
      Path local = Files.createDirectories(temporary.resolve("local/project"));
      Files.writeString(local.resolve("file"), "kept");
      GitWorkspaces workspaces =
          workspaces("https://github.com", List.of(temporary.resolve("local")), Clock.systemUTC());
      WorkspaceSource source = new WorkspaceSource.Local(local.toString());
      RunId run = run();

      assertThat(workspaces.prepare(run, source, LIMIT)).isEqualTo(local.toRealPath());
      assertThat(workspaces.locate(run, source)).isEqualTo(local.toRealPath());
      assertThat(workspaces.remove(run)).isTrue();
      assertThat(local.resolve("file")).hasContent("kept");
    }

    @Test
    void aLocalDirectoryThatBecameALinkOutOfItsRootIsRefused() throws Exception {
      Path local = Files.createDirectories(temporary.resolve("local/project"));
      GitWorkspaces workspaces =
          workspaces("https://github.com", List.of(temporary.resolve("local")), Clock.systemUTC());
      Files.delete(local);
      Files.createSymbolicLink(local, remotes);

      assertThatThrownBy(
              () -> workspaces.prepare(run(), new WorkspaceSource.Local(local.toString()), LIMIT))
          .isInstanceOf(WorkspaceFailedException.class)
          .hasMessage("Local path is not a directory below an allowed root: " + local);
    }
  }

  @Nested
  class Removal {
    @Test
    void removingFollowsNoLink() throws Exception {
      GitWorkspaces workspaces = onFiles();
      RunId run = run();
      Path workspace = workspaces.prepare(run, new WorkspaceSource.Empty(), LIMIT);
      Path outside = Files.createDirectory(temporary.resolve("outside"));
      Files.writeString(outside.resolve("file"), "kept");
      Files.createSymbolicLink(workspace.resolve("link"), outside);
      Files.createSymbolicLink(workspace.resolve("dangling"), Path.of("nowhere"));

      assertThat(workspaces.remove(run)).isTrue();
      assertThat(workspace).doesNotExist();
      assertThat(outside.resolve("file")).hasContent("kept");
      assertThat(workspaces.remove(run)).as("again").isTrue();
    }

    @Test
    void directoriesWithoutPermissionsAndPathsBeyondTheLimitAreRemoved() throws Exception {
      GitWorkspaces workspaces = onFiles();
      RunId run = run();
      Path workspace = workspaces.prepare(run, new WorkspaceSource.Empty(), LIMIT);
      sh(
          workspace,
          "mkdir -p a/b/c; touch a/b/c/f; chmod 000 a/b/c a/b a;"
              + " i=0; while [ $i -lt 120 ]; do d=$(printf %060d $i); mkdir $d; cd -P ./$d;"
              + " i=$((i+1)); done; touch end");

      assertThat(workspaces.remove(run)).isTrue();
      assertThat(workspace).doesNotExist();
    }

    @Test
    void pathsOfFewCharactersAndManyBytesAreRemoved() throws Exception {
      GitWorkspaces workspaces = onFiles();
      RunId run = run();
      Path workspace = workspaces.prepare(run, new WorkspaceSource.Empty(), LIMIT);
      String name = "漢".repeat(60);
      sh(
          workspace,
          "i=0; while [ $i -lt 60 ]; do mkdir %1$s; cd -P ./%1$s; i=$((i+1)); done; touch end"
              .formatted(name));

      assertThat(workspaces.remove(run)).isTrue();
      assertThat(workspace).doesNotExist();
    }
  }
}
