package dev.agentgate.publish;

import static dev.agentgate.git.GitProgram.execute;
import static dev.agentgate.git.GitProgram.git;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitServer;
import dev.agentgate.publish.FakeGitHub.Failure;
import dev.agentgate.publish.Publisher.Author;
import dev.agentgate.publish.Publisher.Work;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.CheckoutExtras;
import dev.agentgate.workspace.CollectedChanges;
import dev.agentgate.workspace.GitWorkspaces;
import dev.agentgate.workspace.LocalRoots;
import dev.agentgate.workspace.WorkspaceCommits.Patch;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishes to a real git server and to a fake of GitHub's API. */
class PublisherTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOW = Instant.parse("2026-05-04T10:00:00Z");
  private static final WorkOrderId ORDER = new WorkOrderId("wo_01K9D3V5TRC4QNE2Y7X0AWZ8GH");
  private static final RunId RUN = new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GH");
  private static final RunId LATER_RUN = new RunId("run_01K9D3V5TRC4QNE2Y7X0AWZ8GJ");
  private static final String BRANCH = "agentgate/" + ORDER.value();
  private static final Author AUTHOR = new Author("Robot", "robot@example.com");
  private static final PublishRequest PULL_REQUEST =
      new PublishRequest(
          As.PULL_REQUEST,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true,
          List.of("agent", "bot"));
  private static final PublishRequest ON_BRANCH =
      new PublishRequest(
          As.BRANCH,
          Optional.empty(),
          Optional.empty(),
          Optional.of("A title"),
          Optional.empty(),
          false,
          List.of());

  @TempDir private Path temporary;
  private FakeGitHub gitHub;
  private GitServer gitServer;
  private GitHubApi api;
  private GitWorkspaces workspaces;
  private Publisher publisher;
  private Path remote;
  private final List<Publication> progress = new ArrayList<>();

  @BeforeEach
  void begin() throws Exception {
    Path remotes = Files.createDirectories(temporary.resolve("remotes"));
    remote = remotes.resolve("acme/shop.git");
    git(temporary, "init", "-q", "-b", "main", "author");
    Path author = temporary.resolve("author");
    Files.writeString(author.resolve("file.txt"), "old\n");
    git(author, "add", "-A");
    git(author, "commit", "-q", "-m", "base");
    git(temporary, "clone", "-q", "--bare", "author", remote.toString());
    gitHub = new FakeGitHub();
    gitServer = new GitServer(remotes, FakeGitHub.TOKEN, () -> {});
    Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    workspaces =
        new GitWorkspaces(
            temporary.resolve("data"),
            new GitHubHost("http://127.0.0.1:" + gitServer.port()),
            Optional.of(FakeGitHub.TOKEN),
            new LocalRoots(List.of()),
            CheckoutExtras.NONE,
            (_, _) -> {},
            clock);
    api = new GitHubApi(gitHub.url(), FakeGitHub.TOKEN, LIMIT, clock, Map.of());
    publisher = new Publisher(workspaces, _ -> Optional.empty(), Optional.of(api), AUTHOR, LIMIT);
    run(RUN, "new");
  }

  @AfterEach
  void end() {
    api.close();
    gitHub.close();
    gitServer.close();
  }

  private void run(RunId run, String content) throws Exception {
    Path top = workspaces.prepare(run, order().spec().workspaceSource(), LIMIT);
    Files.writeString(top.resolve("file.txt"), content + "\n");
  }

  private static WorkOrder order() {
    WorkOrderSpec spec =
        WorkOrders.spec(
            "\n  Fix the login bug \nand tell nobody",
            "claude-code",
            new WorkspaceSource.GitHub("acme", "shop", Optional.empty()),
            WorkOrders.LIMITS,
            AgentChoices.NONE,
            0,
            Map.of());
    return WorkOrder.submitted(ORDER, spec, Optional.empty(), NOW);
  }

  private Publication publish(Publication publication) throws Exception {
    return publisher.publish(
        new Work(order(), RUN, RUN, NOW, Set.of()), publication, progress::add);
  }

  private Publication publish(PublishRequest request) throws Exception {
    return publish(Publication.pending(request, ORDER));
  }

  private PublishFailedException failure(PublishRequest request) {
    return catchThrowableOfType(PublishFailedException.class, () -> publish(request));
  }

  @Nested
  class Branches {
    @Test
    void aBranchIsPushed() throws Exception {
      Publication publication = publish(ON_BRANCH);

      assertThat(publication.status()).isEqualTo(Status.PUBLISHED);
      assertThat(publication.branch()).isEqualTo(BRANCH);
      assertThat(publication.commit()).contains(git(remote, "rev-parse", BRANCH));
      assertThat(git(remote, "log", "--format=%an|%B", "-1", BRANCH))
          .isEqualTo(
              "Robot|A title\n\nAgentGate-Order: "
                  + ORDER.value()
                  + "\nAgentGate-Run: "
                  + RUN.value());
      assertThat(gitHub.requests).isEmpty();
    }

    @Test
    void nothingIsPublishedOfARunThatChangedNothing() throws Exception {
      run(RUN, "old");

      assertThat(publish(PULL_REQUEST).status()).isEqualTo(Status.NOTHING_TO_PUBLISH);

      assertThat(git(remote, "for-each-ref", "--format=%(refname)")).isEqualTo("refs/heads/main");
      assertThat(gitHub.requests).isEmpty();
    }

    @Test
    void aLaterRunReplacesTheCommitOfAnEarlierOne() throws Exception {
      publish(PULL_REQUEST);
      run(LATER_RUN, "newer");

      Publication again =
          publisher.publish(
              new Work(order(), LATER_RUN, LATER_RUN, NOW, Set.of()),
              Publication.pending(PULL_REQUEST, ORDER),
              progress::add);

      assertThat(again.commit()).contains(git(remote, "rev-parse", BRANCH));
      assertThat(git(remote, "show", BRANCH + ":file.txt")).isEqualTo("newer");
      assertThat(git(remote, "rev-list", "--count", "main.." + BRANCH)).isEqualTo("1");
      assertThat(gitHub.pulls).hasSize(1);
    }

    @Test
    void aCommitOfTheAgentItselfIsReplacedOnlyIfItWasPushed() throws Exception {
      Path top = workspaces.locate(RUN, order().spec().workspaceSource());
      git(top, "commit", "-q", "-a", "-m", "by the agent");
      String first = publish(ON_BRANCH).commit().orElseThrow();
      run(LATER_RUN, "newer");
      Publication pending = Publication.pending(ON_BRANCH, ORDER);

      assertThatThrownBy(() ->
              publisher.publish(
                  new Work(order(), LATER_RUN, LATER_RUN, NOW, Set.of()), pending, progress::add))
          .isInstanceOfSatisfying(
              PublishFailedException.class, e -> assertThat(e.isPermanent()).isTrue())
          .hasMessage(
              "The branch " + BRANCH + " has commits on the remote that AgentGate did not push");

      publisher.publish(
          new Work(order(), LATER_RUN, LATER_RUN, NOW, Set.of(first)), pending, progress::add);
      assertThat(git(remote, "show", BRANCH + ":file.txt")).isEqualTo("newer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"amended", "on top", "of another order"})
    void whatOthersMadeOfTheBranchIsKept(String what) throws Exception {
      String ours = publish(ON_BRANCH).commit().orElseThrow();
      String message = git(remote, "log", "--format=%B", "-1", ours);
      String tree = ours + "^{tree}";
      String theirs =
          switch (what) {
            case "amended" -> git(remote, "commit-tree", "-p", "main", "-m", message, tree);
            case "on top" -> git(remote, "commit-tree", "-p", ours, "-m", "more", tree);
            default ->
                execute(
                    remote,
                    List.of(
                        "env",
                        "GIT_COMMITTER_NAME=Robot",
                        "GIT_COMMITTER_EMAIL=robot@example.com",
                        "git",
                        "commit-tree",
                        "-p",
                        "main",
                        "-m",
                        message.replace(ORDER.value(), "wo_01K9D3V5TRC4QNE2Y7X0AWZ8GZ"),
                        tree));
          };
      git(remote, "update-ref", "refs/heads/" + BRANCH, theirs);
      run(RUN, "newer");

      assertThat(failure(ON_BRANCH)).hasMessageContaining("AgentGate did not push");

      assertThat(git(remote, "rev-parse", BRANCH)).isEqualTo(theirs);
    }

    @Test
    void theBaseIsNeverPushedTo() throws Exception {
      PublishRequest toMain =
          new PublishRequest(
              As.BRANCH,
              Optional.of("main"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              false,
              List.of());

      assertThat(failure(toMain))
          .hasMessage("The branch main is the base of the changes, which is not pushed to");
      assertThat(git(remote, "log", "--format=%s", "-1", "main")).isEqualTo("base");
    }

    @Test
    void anUnreachableRemoteIsAskedLater() {
      gitServer.close();

      assertThat(failure(ON_BRANCH).isPermanent()).isFalse();
    }
  }

  @Nested
  class PullRequests {
    @Test
    void aPullRequestIsMadeOfTheBranch() throws Exception {
      Publication publication = publish(PULL_REQUEST);

      assertThat(publication.status()).isEqualTo(Status.PUBLISHED);
      assertThat(publication.pullRequest())
          .contains(new Publication.PullRequest(1, "https://github.com/acme/shop/pull/1"));
      ObjectNode pull = gitHub.pulls.getFirst();
      assertThat(pull.path("title").asText()).isEqualTo("Fix the login bug");
      assertThat(pull.path("body").asText()).contains(ORDER.value(), RUN.value());
      assertThat(pull.path("head").path("ref").asText()).isEqualTo(BRANCH);
      assertThat(pull.path("base").path("ref").asText()).isEqualTo("main");
      assertThat(pull.path("draft").asBoolean()).isTrue();
      assertThat(pull.path("labels").findValuesAsText("name")).containsExactly("agent", "bot");
    }

    @Test
    void anAttemptAfterACrashMakesNothingTwice() throws Exception {
      Publication complete = publish(PULL_REQUEST);
      String commit = git(remote, "rev-parse", BRANCH);

      // The push was recorded, the pull request was not.
      assertThat(publish(progress.getFirst())).isEqualTo(complete);
      // Nothing was recorded.
      assertThat(publish(PULL_REQUEST)).isEqualTo(complete);

      assertThat(git(remote, "rev-parse", BRANCH)).isEqualTo(commit);
      assertThat(gitHub.pulls).hasSize(1);
    }

    @Test
    void aPullRequestNeedsNoWorkspaceOnceItsBranchIsPushed() throws Exception {
      gitHub.failures.add(Failure.of(502, "Bad Gateway"));
      PublishFailedException failed = failure(PULL_REQUEST);
      assertThat(failed.isPermanent()).isFalse();
      workspaces.remove(RUN);

      assertThat(publish(progress.getFirst()).status()).isEqualTo(Status.PUBLISHED);
    }

    @Test
    void aPullRequestThatCameIntoBeingMeanwhileIsUpdated() throws Exception {
      gitHub.add(BRANCH, "main", "by somebody else");
      gitHub.blindness = 1;

      Publication publication = publish(PULL_REQUEST);

      assertThat(publication.pullRequest().orElseThrow().number()).isEqualTo(1);
      assertThat(gitHub.pulls).hasSize(1);
      assertThat(gitHub.pulls.getFirst().path("title").asText()).isEqualTo("Fix the login bug");
    }

    @Test
    void aClosedPullRequestIsNotReused() throws Exception {
      gitHub.add(BRANCH, "main", "an old one").put("state", "closed");
      gitHub.add("another", "main", "of another branch");

      assertThat(publish(PULL_REQUEST).pullRequest().orElseThrow().number()).isEqualTo(3);
    }

    @Test
    void aPullRequestWithoutTheApiIsRefused() {
      publisher = new Publisher(workspaces, _ -> Optional.empty(), Optional.empty(), AUTHOR, LIMIT);

      assertThat(failure(PULL_REQUEST)).hasMessageContaining("agentgate.github.api-url");
    }
  }

  /** What another instance publishes, which has no workspace. */
  @Nested
  class Patches {
    /** What the collector keeps of a run, which other instances can have. */
    private Patch patch(RunId run) throws Exception {
      return patch(run, "kept.patch");
    }

    private Patch patch(RunId run, String name) throws Exception {
      Path file = temporary.resolve(name);
      CollectedChanges.Collected collected =
          (CollectedChanges.Collected) workspaces.collect(run, file, 1L << 20, LIMIT);
      assertThat(collected.patchTooLarge()).isFalse();
      return new Patch(workspaces.baseCommit(run).orElseThrow(), () -> Files.newInputStream(file));
    }

    @Test
    void aPatchBecomesOneCommitWithTheSameTree() throws Exception {
      Path top = workspaces.locate(RUN, order().spec().workspaceSource());
      git(top, "config", "user.name", "agent");
      git(top, "config", "user.email", "agent@example.com");
      git(top, "commit", "-q", "-a", "-m", "mine");
      Files.write(top.resolve("binary"), new byte[] {0, -1, 10, 13, 0});
      Files.writeString(top.resolve("crlf.txt"), "a  \r\nb\t\r\n");
      Files.createSymbolicLink(top.resolve("link"), Path.of("file.txt"));
      execute(top, List.of("chmod", "+x", "file.txt"));
      Patch patch = patch(RUN);
      Publication fromWorkspace = publish(ON_BRANCH);
      String tree = git(remote, "rev-parse", BRANCH + "^{tree}");
      git(remote, "update-ref", "-d", "refs/heads/" + BRANCH);

      publisher =
          new Publisher(workspaces, _ -> Optional.of(patch), Optional.of(api), AUTHOR, LIMIT);
      for (int attempt = 0; attempt < 2; attempt++) {
        Publication fromPatch = publish(ON_BRANCH);

        assertThat(fromPatch.status()).isEqualTo(Status.PUBLISHED);
        assertThat(fromPatch.commit()).contains(git(remote, "rev-parse", BRANCH));
        assertThat(fromPatch.commit()).isNotEqualTo(fromWorkspace.commit());
        assertThat(git(remote, "rev-parse", BRANCH + "^{tree}")).isEqualTo(tree);
        assertThat(git(remote, "rev-list", "--count", "main.." + BRANCH)).isEqualTo("1");
      }
    }

    /** Its former publisher died between the push and the record of it. */
    @Test
    void whatWasPushedFromTheWorkspaceIsNotReplacedByItsPatch() throws Exception {
      Path top = workspaces.locate(RUN, order().spec().workspaceSource());
      git(top, "commit", "-q", "-a", "-m", "by the agent");
      Patch patch = patch(RUN);
      Publication fromWorkspace = publish(ON_BRANCH);

      publisher =
          new Publisher(workspaces, _ -> Optional.of(patch), Optional.of(api), AUTHOR, LIMIT);

      assertThat(publish(ON_BRANCH)).isEqualTo(fromWorkspace);
      assertThat(git(remote, "log", "--format=%s", "-1", BRANCH)).isEqualTo("by the agent");
    }

    @Test
    void aPatchDoesNotReplaceTheBranchOfOthersThatTheAgentCheckedOut() throws Exception {
      Path author = temporary.resolve("author");
      git(author, "checkout", "-q", "-b", "feature");
      for (String step : List.of("one", "two")) {
        Files.writeString(author.resolve("file.txt"), step + "\n");
        git(author, "commit", "-q", "-a", "-m", step);
      }
      git(author, "push", "-q", remote.toString(), "feature:refs/heads/" + BRANCH);
      String theirs = git(remote, "rev-parse", BRANCH);
      Path top = workspaces.locate(RUN, order().spec().workspaceSource());
      git(top, "fetch", "-q", remote.toString(), BRANCH);
      git(top, "checkout", "-q", "--force", "FETCH_HEAD");
      Patch same = patch(RUN);
      Files.writeString(top.resolve("file.txt"), "three\n");
      Patch more = patch(RUN, "more.patch");

      publisher =
          new Publisher(workspaces, _ -> Optional.of(same), Optional.of(api), AUTHOR, LIMIT);
      assertThat(publish(ON_BRANCH).commit()).contains(theirs);
      publisher =
          new Publisher(workspaces, _ -> Optional.of(more), Optional.of(api), AUTHOR, LIMIT);
      assertThat(failure(ON_BRANCH)).hasMessageContaining("AgentGate did not push");

      assertThat(git(remote, "rev-parse", BRANCH)).isEqualTo(theirs);
    }

    @Test
    void aPatchReplacesWhatWasPushedForTheOrderBefore() throws Exception {
      publish(ON_BRANCH);
      run(LATER_RUN, "newer");
      Patch patch = patch(LATER_RUN);
      publisher =
          new Publisher(workspaces, _ -> Optional.of(patch), Optional.of(api), AUTHOR, LIMIT);

      Publication again =
          publisher.publish(
              new Work(order(), LATER_RUN, LATER_RUN, NOW, Set.of()),
              Publication.pending(ON_BRANCH, ORDER),
              progress::add);

      assertThat(again.commit()).contains(git(remote, "rev-parse", BRANCH));
      assertThat(git(remote, "show", BRANCH + ":file.txt")).isEqualTo("newer");
    }

    @Test
    void aPatchWhoseBaseIsOutOfReachIsTriedAgain() throws Exception {
      Patch patch = patch(RUN);
      publisher =
          new Publisher(workspaces, _ -> Optional.of(patch), Optional.of(api), AUTHOR, LIMIT);
      gitServer.close();

      assertThat(failure(ON_BRANCH).isPermanent()).isFalse();
    }

    @Test
    void anEmptyPatchIsNothingToPublish() throws Exception {
      Patch patch =
          new Patch(workspaces.baseCommit(RUN).orElseThrow(), InputStream::nullInputStream);
      publisher =
          new Publisher(workspaces, _ -> Optional.of(patch), Optional.of(api), AUTHOR, LIMIT);

      assertThat(publish(ON_BRANCH).status()).isEqualTo(Status.NOTHING_TO_PUBLISH);
    }
  }

  /** What GitHub's API answers. */
  @Nested
  class Answers {
    @Test
    void refusalsAreToldInWordsAndWithoutTheToken() {
      for (Map.Entry<Failure, String> refused :
          Map.of(
                  Failure.of(401, "Bad credentials"),
                  "GitHub refused the token (agentgate.github.token): Bad credentials",
                  Failure.of(403, "Resource not accessible by personal access token")
                      .with("X-Accepted-GitHub-Permissions", "pull_requests=write"),
                  "The token may not do this (agentgate.github.token): Resource not accessible by"
                      + " personal access token. It needs: pull_requests=write",
                  Failure.of(404, "Not Found"),
                  "GitHub does not know the repository, or the token may not see it"
                      + " (agentgate.github.token): Not Found")
              .entrySet()) {
        gitHub.failures.add(refused.getKey());

        PublishFailedException failed = failure(PULL_REQUEST);

        assertThat(failed).hasMessage(refused.getValue()).hasMessageNotContaining(FakeGitHub.TOKEN);
        assertThat(failed.isPermanent()).isTrue();
      }
    }

    @Test
    void aPullRequestThatGitHubDoesNotAcceptIsExplained() {
      gitHub.failures.add(new Failure(200, "[]", Map.of()));
      gitHub.failures.add(
          new Failure(
              422,
              """
              {"message":"Validation Failed","errors":[
                {"resource":"PullRequest","field":"base","code":"invalid"},
                {"message":"Draft pull requests are not supported in this repository."}]}
              """,
              Map.of()));

      assertThat(failure(PULL_REQUEST))
          .hasMessage(
              "GitHub refused the pull request: Validation Failed; base invalid; Draft pull requests"
                  + " are not supported in this repository.");
    }

    @Test
    void rateLimitsSayWhenToComeBack() {
      Map<Failure, Duration> limits =
          Map.of(
              Failure.of(429, "slow down").with("Retry-After", "17"),
              Duration.ofSeconds(17),
              Failure.of(403, "You have exceeded a secondary rate limit"),
              Duration.ofMinutes(1),
              Failure.of(403, "API rate limit exceeded")
                  .with("X-RateLimit-Remaining", "0")
                  .with("X-RateLimit-Reset", Long.toString(NOW.getEpochSecond() + 90)),
              Duration.ofSeconds(90),
              Failure.of(429, "never").with("Retry-After", "99999999"),
              Duration.ofHours(1));
      limits.forEach((failure, pause) -> {
        gitHub.failures.add(failure);

        PublishFailedException failed = failure(PULL_REQUEST);

        assertThat(failed.isPermanent()).isFalse();
        assertThat(failed.retryAfter()).contains(pause);
      });
    }

    @Test
    void aRenamedRepositoryIsFollowedOnTheSameHostOnly() throws Exception {
      gitHub.failures.add(
          new Failure(
              307, "{}", Map.of("Location", gitHub.url() + "/repos/acme/shop/pulls?state=open")));
      assertThat(publish(PULL_REQUEST).status()).isEqualTo(Status.PUBLISHED);

      int before = gitHub.requests.size();
      gitHub.failures.add(
          new Failure(307, "{}", Map.of("Location", "http://localhost:1/repos/acme/shop/pulls")));
      assertThat(failure(PULL_REQUEST)).hasMessage("GitHub answered 307");
      assertThat(gitHub.requests).hasSize(before + 1);
    }

    @Test
    void anAnswerThatIsNoJsonIsToldByItsStatus() {
      gitHub.failures.add(new Failure(503, "<html>try later</html>", Map.of()));

      PublishFailedException failed = failure(PULL_REQUEST);

      assertThat(failed).hasMessage("GitHub answered 503");
      assertThat(failed.isPermanent()).isFalse();
    }
  }
}
