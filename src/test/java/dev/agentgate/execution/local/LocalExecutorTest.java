package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentCommandLine;
import dev.agentgate.agent.AgentCommands;
import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentFailure;
import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.AgentSession;
import dev.agentgate.agent.AgentVariables;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.Prices;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.Assignment;
import dev.agentgate.execution.CollectedWork;
import dev.agentgate.execution.Execution;
import dev.agentgate.execution.Executor;
import dev.agentgate.execution.ExecutorContract;
import dev.agentgate.execution.NotStartedException;
import dev.agentgate.execution.NotStartedException.Why;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunFiles;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Lease;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.ChangedFile;
import dev.agentgate.workspace.ChangedFiles;
import dev.agentgate.workspace.CollectedChanges;
import dev.agentgate.workspace.DirectoryIdentity;
import dev.agentgate.workspace.WorkspaceChanges;
import dev.agentgate.workspace.WorkspaceFailedException;
import dev.agentgate.workspace.Workspaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes: each agent is a shell that does what it finds in the file {@code go}. */
class LocalExecutorTest extends ExecutorContract {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String OBEY =
      "while :; do if [ -e go ]; then mv go gone; . ./gone; fi; sleep 0.02; done";

  private static final InstanceId MINE = new InstanceId("mine");
  private static final InstanceId OTHER = new InstanceId("other");

  @TempDir Path temporary;

  private final FakeWorkspaces workspaces = new FakeWorkspaces();
  private final List<RunId> runs = new ArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private List<String> command = List.of("sh", "-c", OBEY);
  private OutputFormat format = OutputFormat.TEXT;
  private Optional<List<String>> resumeCommand = Optional.empty();

  @SuppressWarnings("NullAway.Init") // set before each test
  RunDirectories directories;

  @SuppressWarnings("NullAway.Init") // set before each test
  private LocalExecutor executor;

  @BeforeEach
  void open() {
    directories = new RunDirectories(temporary.resolve("runs"));
    executor = another();
  }

  /** The deadline of the runs; empty: they have none. */
  Optional<LeaseFile> lease() {
    return Optional.empty();
  }

  private LocalExecutor another() {
    LinuxProcessManager processes =
        new LinuxProcessManager(directories, Clock.systemUTC(), lease());
    LogCapper capper = new LogCapper(directories, 1 << 20);
    Agents agents =
        new Agents(
            Map.of(
                AGENT,
                new Agent(
                    new AgentProfile(commands(), format, AgentEnvironment.Visibility.USUAL), true)),
            new AgentEnvironment(System.getenv(), Map.of()),
            Prices.NONE);
    LocalExecutor made =
        new LocalExecutor(
            processes,
            new AgentLauncher(processes, directories, agents, OrderHomes.NONE, AgentVariables.NONE),
            directories,
            new RunWorkspaces(workspaces, workspaces, OrderHomes.NONE, directories, 1 << 20),
            capper,
            new AgentOutputs(agents, new SecretMask(List.of("secret-0123456")), Clock.systemUTC()),
            Clock.systemUTC());
    opened.add(made);
    opened.add(capper);
    return made;
  }

  private AgentCommands commands() {
    AgentCommands plain = AgentCommands.of(command);
    return new AgentCommands(
        plain.start(),
        resumeCommand.map(AgentCommandLine::new),
        plain.modelArguments(),
        plain.maxIterationsArguments(),
        plain.budgetArguments());
  }

  @AfterEach
  void close() throws Exception {
    for (RunId run : runs) {
      executor.stop(run, Duration.ZERO);
      executor.release(run);
    }
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Override
  protected Executor executor() {
    return executor;
  }

  @Override
  protected Executor restarted() {
    return another();
  }

  @Override
  protected RunId newRun() {
    RunId run = RunId.next(Instant.now());
    runs.add(run);
    directories.create(run);
    return run;
  }

  @Override
  protected void make(Trouble trouble) {
    switch (trouble) {
      case CHECKOUT_BLOCKS -> workspaces.gate = new CountDownLatch(1);
      case CHECKOUT_FAILS -> workspaces.failure = "no such branch";
      case COMMAND_FAILS -> {
        command = List.of("no-such-program");
        executor = another();
      }
    }
  }

  @Override
  protected void tell(RunId run, Act act) {
    tell(
        run,
        switch (act) {
          case Act.Write() -> "echo said";
          case Act.Exit(int code) -> "exit " + code;
          case Act.End(int signal) -> "kill -" + signal + " $$";
        });
  }

  private void tell(RunId run, String script) {
    Path workspace = workspaces.of(run);
    try {
      Path aside = Files.writeString(workspace.resolve("go.aside"), script + "\n");
      Files.move(aside, workspace.resolve("go"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void vanish(RunId run) {
    executor.stop(run, Duration.ZERO);
    try {
      Files.deleteIfExists(directories.of(run).exitFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Directories without git, and a checkout that blocks or fails where the test wants it to. */
  private final class FakeWorkspaces implements Workspaces, WorkspaceChanges {
    private volatile @Nullable CountDownLatch gate;
    private volatile @Nullable String failure;
    private volatile CollectedChanges changes = new CollectedChanges.NoBase();

    Path of(RunId run) {
      return temporary.resolve("workspaces").resolve(run.value());
    }

    @Override
    public Path prepare(RunId run, WorkspaceSource source, Duration limit)
        throws WorkspaceFailedException, InterruptedException {
      CountDownLatch closed = gate;
      if (closed != null) {
        closed.await();
      }
      String message = failure;
      if (message != null) {
        throw new WorkspaceFailedException(message);
      }
      try {
        return Files.createDirectories(of(run));
      } catch (IOException e) {
        throw new WorkspaceFailedException("No directory", e);
      }
    }

    @Override
    public Path locate(RunId run, WorkspaceSource source) {
      return of(run);
    }

    @Override
    public Optional<DirectoryIdentity> identify(WorkspaceSource.Local source) {
      return Optional.empty();
    }

    @Override
    public boolean remove(RunId run) {
      if (!Files.isDirectory(of(run))) {
        return true;
      }
      try (Stream<Path> files = Files.list(of(run))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
        Files.delete(of(run));
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public Optional<String> baseCommit(RunId run) {
      return Optional.of("abc");
    }

    @Override
    public CollectedChanges collect(RunId run, Path patch, long maxPatchBytes, Duration limit) {
      return changes;
    }

    @Override
    public boolean isOlder(RunId run, Instant than) {
      return false;
    }

    @Override
    public Set<RunId> list() {
      return Set.of();
    }

    @Override
    public long size(RunId run) {
      return 0;
    }

    @Override
    public int removeUnusedMirrors(Duration age) {
      return 0;
    }
  }

  @Nested
  class Starts {
    @Test
    void theTimeOfTheCheckoutCountsForTheAgeOfAnAdoptedRun() throws Exception {
      RunId run = newRun();
      Run record = recordOf(run, start(run));
      SpentTime.write(directories.of(run), Duration.ofHours(1));

      Execution adopted = restarted().adopt(order(run), record, Optional.empty()).orElseThrow();

      assertThat(adopted.age()).isBetween(Duration.ofHours(1), Duration.ofHours(1).plus(LONG));
    }

    /**
     * A shell that has just forked can swallow the signal; then the agent would use up the grace.
     */
    @RepeatedTest(30)
    void anAgentThatStartsDuringTheStopIsAskedToEnd() throws Exception {
      RunId run = newRun();
      Execution execution = start(run);

      assertThat(executor.stop(run, LONG).killed()).isTrue();

      assertExited(execution, 143);
    }

    @Test
    void aLeaderThatSomethingStoppedIsWokenWhileItsEndIsAwaited() throws Exception {
      RunId run = newRun();
      Execution execution = start(run);
      tell(run, "kill -STOP $PPID; echo stopped; exit 7");

      await()
          .atMost(LONG)
          .untilAsserted(() ->
              assertThat(execution.awaitEnd(Duration.ofMillis(50)).flatMap(RunOutcome::exit))
                  .hasValueSatisfying(exit -> assertThat(exit.code()).isEqualTo(7)));
    }

    @Test
    void anAgentWhoseStartCannotBeNotedIsNotStarted() throws Exception {
      RunId run = newRun();
      // The run script cannot write to it, even as root.
      Files.createSymbolicLink(
          directories.of(run).processFile(), temporary.resolve("no/such/place"));

      Optional<RunOutcome> outcome = start(run).awaitEnd(LONG);

      assertThat(outcome.flatMap(RunOutcome::failureReason)).hasValue(FailureReason.DISK_FULL);
      assertThat(outcome.flatMap(RunOutcome::exit)).isEmpty();
    }
  }

  /** What the agent says. */
  @Nested
  class Words {
    private static final String SESSION =
        "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s-1\",\"model\":\"opus\"}";

    private static final String LIMIT =
        "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":true,"
            + "\"api_error\":\"usage_limit_reached\",\"result\":\"You've hit your limit\","
            + "\"num_turns\":3,\"total_cost_usd\":0.25,\"session_id\":\"s-1\"}";

    private void understandOutput() {
      format = OutputFormat.CLAUDE_STREAM_JSON;
      executor = another();
    }

    private void print(RunId run, String line) {
      tell(run, "cat <<'END'\n" + line + "\nEND");
    }

    @Test
    void whatTheAgentSaysIsKnownWhileItWorks() throws Exception {
      understandOutput();
      RunId run = newRun();
      Execution execution = start(run);
      print(run, SESSION);

      await()
          .atMost(LONG)
          .untilAsserted(() -> {
            assertThat(execution.awaitEnd(Duration.ofMillis(50))).isEmpty();
            assertThat(execution.report().model()).hasValue("opus");
          });

      assertThat(execution.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
    }

    @Test
    void theVerdictOfAnAgentIsReadToItsEndAlsoByTheNextService() throws Exception {
      understandOutput();
      RunId run = newRun();
      Execution execution = start(run);
      Run record = recordOf(run, execution);
      tell(run, "printf '%s\\n%s' '" + SESSION + "' '" + LIMIT.replace("'", "'\\''") + "'; exit 1");
      assertExited(execution, 1);
      Execution adopted = restarted().adopt(order(run), record, Optional.empty()).orElseThrow();
      assertExited(adopted, 1);

      for (Execution each : List.of(execution, adopted)) {
        assertThat(each.verdict())
            .isInstanceOfSatisfying(
                AgentVerdict.Failed.class,
                failed -> {
                  assertThat(failed.failure()).isEqualTo(AgentFailure.USAGE_LIMIT);
                  assertThat(failed.message()).isEqualTo("You've hit your limit");
                });
        assertThat(each.report().sessionId()).hasValue("s-1");
        assertThat(each.report().usage().costUsd()).hasValue(new BigDecimal("0.25"));
      }
    }

    @Test
    void anAgentThatOnlyRetriesMakesNoProgress() throws Exception {
      understandOutput();
      RunId run = newRun();
      Execution execution = start(run);
      print(run, SESSION);
      await()
          .atMost(LONG)
          .until(() ->
              execution.awaitEnd(Duration.ofMillis(50)).isEmpty()
                  && execution.report().model().isPresent());
      Duration before = execution.silence();
      RunLogFile log = new RunLogFile(directories.of(run));
      long length = log.size();
      print(run, "{\"type\":\"system\",\"subtype\":\"api_retry\",\"attempt\":1}");
      await().atMost(LONG).until(() -> log.size() > length);

      assertThat(execution.awaitEnd(Duration.ofMillis(50))).isEmpty();

      assertThat(execution.silence()).isGreaterThan(before);
    }

    @Test
    void aSecretIsMaskedInTheWordsOfAnAgentHoweverItWasEscaped() throws Exception {
      understandOutput();
      RunId run = newRun();
      Execution execution = start(run);
      tell(
          run,
          "cat <<'END'\n{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,"
              + "\"result\":\"it is \\u0073ecret-0123456\"}\nEND\nexit 0");
      assertExited(execution, 0);

      assertThat(execution.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
      assertThat(execution.report().result()).hasValue("it is **************");
    }
  }

  @Nested
  class WorkspacesOfRuns {
    @Test
    void theWorkspaceOfARunIsThereUntilItIsDiscarded() throws Exception {
      RunId run = newRun();
      Execution execution = start(run);
      tell(run, new Act.Exit(0));
      assertExited(execution, 0);
      executor.release(run);
      assertThat(workspaces.of(run)).exists();

      assertThat(executor.discard(run)).isTrue();

      assertThat(workspaces.of(run)).doesNotExist();
    }

    private WorkOrder continuing(RunId earlier, RunId run, Optional<String> prompt) {
      Instant now = Instant.now();
      WorkOrder finished = order(earlier).complete(now);
      WorkOrder queued =
          prompt.isPresent()
              ? finished.followUp(prompt.get(), now)
              : order(earlier).interrupt(now, true);
      return queued.start(run, now, WorkOrders.LEASE);
    }

    private Execution resume(RunId earlier, RunId run, Optional<String> prompt) throws Exception {
      return executor.start(
          new Assignment(
              continuing(earlier, run, prompt),
              run,
              Optional.of(new AgentSession("s-1", Usage.UNKNOWN)),
              () -> true,
              () -> {}));
    }

    @ParameterizedTest
    @CsvSource({"go on,go on", ",You were interrupted. Continue with the task where you left off."})
    void aRunContinuesAnEarlierOneInItsWorkspaceAndItsSession(
        @Nullable String followUp, String prompt) throws Exception {
      resumeCommand = Optional.of(List.of("sh", "-c", "echo $0; pwd; cat", "{sessionId}"));
      executor = another();
      RunId earlier = newRun();
      Execution first = start(earlier);
      tell(earlier, new Act.Exit(0));
      assertExited(first, 0);
      RunId run = newRun();

      assertExited(resume(earlier, run, Optional.ofNullable(followUp)), 0);

      assertThat(directories.of(run).outputLog())
          .content()
          .isEqualTo("s-1\n" + workspaces.of(earlier) + "\n" + prompt);
      assertThat(executor.workspaceOf(run)).isEqualTo(earlier);
      assertThat(executor.discard(run)).isTrue();
      assertThat(workspaces.of(earlier)).doesNotExist();
    }

    @Test
    void aRetryStartsAfreshWhenTheWorkspaceIsGoneButAFollowUpDoesNot() throws Exception {
      RunId earlier = newRun();
      RunId retry = newRun();
      RunId followUp = newRun();

      Execution fresh = resume(earlier, retry, Optional.empty());
      tell(retry, new Act.Exit(0));
      assertExited(fresh, 0);

      assertThat(executor.workspaceOf(retry)).isEqualTo(retry);
      assertThat(directories.of(retry).promptFile()).content().isEqualTo("do as you are told");
      assertThatThrownBy(() -> resume(earlier, followUp, Optional.of("more")))
          .isInstanceOf(NotStartedException.class)
          .hasMessageContaining("The workspace to continue in is gone");
    }

    @Test
    void theChangesOfARunAreKeptWithItsLog() throws Exception {
      RunId run = newRun();
      workspaces.changes =
          new CollectedChanges.Collected(
              "abc",
              Optional.of("def"),
              new ChangedFiles(
                  List.of(
                      new ChangedFile(
                          "a \"b\".txt",
                          Optional.of("old"),
                          ChangedFile.Status.RENAMED,
                          false,
                          3,
                          1)),
                  2,
                  4,
                  1),
              OptionalLong.of(120),
              List.of("A socket was left out."));

      CollectedWork work = executor.collect(run, LONG).orElseThrow();

      assertThat(work)
          .isEqualTo(
              new CollectedWork(
                  "abc",
                  Optional.of("def"),
                  Optional.of(new ChangeSummary(2, 4, 1, OptionalLong.of(120)))));
      assertThat(directories.of(run).changesFile())
          .content()
          .isEqualTo(
              "{\"baseCommit\":\"abc\",\"headCommit\":\"def\",\"files\":[{\"path\":\"a \\\"b\\\".txt\","
                  + "\"oldPath\":\"old\",\"status\":\"renamed\",\"binary\":false,"
                  + "\"insertions\":3,\"deletions\":1}],\"truncated\":true}");
      assertThat(directories.of(run).outputLog()).content().contains("A socket was left out.");
    }

    @Test
    void changesThatCannotBeCollectedAreExplainedInTheLog() throws Exception {
      RunId run = newRun();
      workspaces.changes = new CollectedChanges.Failed("It took too long.");

      assertThat(executor.collect(run, LONG))
          .hasValue(new CollectedWork("abc", Optional.empty(), Optional.empty()));

      assertThat(directories.of(run).outputLog()).content().contains("It took too long.");
    }
  }

  /** What is found of a run after a crash. */
  @Nested
  class Adoption {
    @Test
    void aRunThatThisProcessClaimedAndDoesNotKnowHasNotBegun() {
      Run claimed = claimed(Instant.now()).at(MINE);

      assertNotStarted(
          Why.ABANDONED, () -> executor.adopt(mine(claimed), claimed, Optional.empty()));
    }

    @Test
    void aRunThatAnotherProcessClaimedMayHaveBegunAlthoughNothingOfItIsHere() throws Exception {
      Run before = claimed(Instant.now().minusSeconds(60)).at(MINE);
      assertThat(executor.adopt(mine(before), before, Optional.empty())).isEmpty();

      Run theirs = claimed(Instant.now()).at(OTHER);
      assertThat(executor.adopt(mine(theirs), theirs, Optional.empty())).isEmpty();
    }

    @Test
    void aRunThatAnEarlierProcessWasPreparingHasNotBegun() {
      Run before = claimed(Instant.now().minusSeconds(60)).at(MINE);
      make(Trouble.CHECKOUT_FAILS);
      assertNotStarted(Why.WORKSPACE, () -> start(before.id()));

      assertNotStarted(Why.ABANDONED, () -> executor.adopt(mine(before), before, Optional.empty()));
    }

    @Test
    void aRunOfWhichAPowerLossLeftOnlyTheDirectoryMayHaveBegun() throws Exception {
      Run claimed = claimed(Instant.now().minusSeconds(60)).at(MINE);
      RunDirectory directory = directories.create(claimed.id());
      assertNotStarted(
          Why.ABANDONED, () -> executor.adopt(mine(claimed), claimed, Optional.empty()));

      try (Stream<Path> files = Files.list(directory.path())) {
        Path boot = files.findFirst().orElseThrow();
        Files.move(boot, boot.resolveSibling("boot-of-yesterday"));
      }

      assertThat(executor.adopt(mine(claimed), claimed, Optional.empty())).isEmpty();
    }

    @Test
    void aNoteOfTheStartThatCannotBeLookedAtMayBeThere() throws Exception {
      Run claimed = claimed(Instant.now().minusSeconds(60)).at(MINE);
      loop(directories.create(claimed.id()).processFile());

      assertThat(executor.adopt(mine(claimed), claimed, Optional.empty())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "mkfifo",
          "ln -s /proc/self/mem",
          "ln -s /dev/zero",
          "mkdir",
          "truncate -s 100G",
          "touch"
        })
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whatAnAgentPutsInThePlaceOfTheFilesOfItsRunHoldsNothingUp(String trap) throws Exception {
      RunId run = newRun();
      Run record = recordOf(run, start(run));
      RunDirectory directory = directories.of(run);
      await().until(() -> Files.exists(directory.processFile()));
      for (Path file :
          List.of(
              directory.processFile(),
              directory.exitFile(),
              directory.workspaceFile(),
              directory.path().resolve("checkout-ms"))) {
        String script = "rm -f \"$1\"; " + trap + " \"$1\"";
        assertThat(new ProcessBuilder("sh", "-c", script, "sh", file.toString()).start().waitFor())
            .isZero();
      }
      Executor next = restarted();

      assertThat(next.adopt(order(run), record, Optional.empty())).isPresent();
      assertThat(next.workspaceOf(run)).isEqualTo(run);
      assertThat(next.stop(run, Duration.ZERO).survivors()).isZero();
      assertThat(next.adopt(order(run), record, Optional.empty())).isEmpty();
      next.release(run);
    }

    @Test
    void aDirectoryThatCannotBeLookedAtIsNotTakenForRemoved() throws Exception {
      RunId run = RunId.next(Instant.now());
      loop(temporary.resolve("workspaces"));
      RunFiles files = new RunFiles(directories, () -> 0, id -> new RunLogFile(directories.of(id)));
      loop(directories.of(run).path());

      assertThat(DirectoryTree.remove(workspaces.of(run))).isFalse();
      assertThat(files.exists(run)).isTrue();
    }

    /** Makes a path that not even root can look at: a link to itself. */
    private static void loop(Path path) throws IOException {
      Files.createSymbolicLink(path, path.getFileName());
    }

    private static Run claimed(Instant at) {
      return Run.preparing(RunId.next(at), WorkOrderId.next(at), 1, at);
    }

    private static WorkOrder mine(Run run) {
      return order(run.id()).takeOver(new Lease(MINE, Optional.empty()), Instant.now());
    }
  }
}
