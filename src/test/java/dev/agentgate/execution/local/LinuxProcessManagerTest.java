package dev.agentgate.execution.local;

import static dev.agentgate.execution.local.RunFixture.assertDead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.local.SupervisedProcess.ProcessEnd;
import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxProcessManagerTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path temporary;

  private static ExitStatus endOf(SupervisedProcess process) throws InterruptedException {
    return process.awaitEnd(LONG).flatMap(ProcessEnd::exit).orElseThrow();
  }

  /** What an agent starts with. */
  @Nested
  class Starts {
    @Test
    void environmentIsClearedAndHoldsWhatWasAskedFor() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        endOf(
            fixture.manager.start(
                fixture.request(run, Map.of("WANTED", "a b\nc"), List.of("env", "-0"))));

        String seen = Files.readString(fixture.directories.of(run).outputLog());

        assertThat(seen.split("\0", -1))
            .contains("WANTED=a b\nc", "AGENTGATE_RUN_ID=" + run, "TERM=dumb")
            .filteredOn(variable -> !variable.isEmpty())
            .allMatch(variable ->
                variable.matches(
                    "(?s)(PATH|WANTED|TERM|PWD|OLDPWD|SHLVL|_|AGENTGATE_(RUN_ID|WORK_ORDER_ID"
                        + "|WORKSPACE|PROMPT_FILE|MAX_ITERATIONS))=.*"));
      }
    }

    @Test
    void agentHasTheLocaleThatWasAskedFor() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        endOf(
            fixture.manager.start(
                fixture.request(run, Map.of("LC_ALL", "C.UTF-8"), List.of("env", "-0"))));

        assertThat(Files.readString(fixture.directories.of(run).outputLog()).split("\0", -1))
            .contains("LC_ALL=C.UTF-8");
      }
    }

    @Test
    void bothOutputsGoToTheLogInOrderAndAreAppended() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        Files.writeString(fixture.directories.create(run).outputLog(), "before\n");

        endOf(fixture.start(run, "sh", "-c", "echo one; echo two >&2; echo three"));

        assertThat(fixture.directories.of(run).outputLog()).hasContent("before\none\ntwo\nthree\n");
      }
    }

    @Test
    void standardInputIsTheFileThatWasNamedOrNothing() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        RunId other = fixture.newRun();
        Path prompt = fixture.directories.create(run).promptFile();
        Files.writeString(prompt, "do this");
        LaunchRequest request = fixture.request(run, Map.of(), List.of("cat"));

        endOf(
            fixture.manager.start(
                new LaunchRequest(
                    run,
                    request.workOrder(),
                    request.command(),
                    request.environment(),
                    request.workspace(),
                    Optional.of(prompt))));
        endOf(fixture.start(other, "cat"));

        assertThat(fixture.directories.of(run).outputLog()).hasContent("do this");
        assertThat(fixture.directories.of(other).outputLog()).isEmptyFile();
      }
    }

    @Test
    void filesOfARunAreForTheirOwnerOnlyAndTheAgentKeepsTheServicesUmask() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        endOf(fixture.start(run, "sh", "-c", "umask"));
        RunDirectory directory = fixture.directories.of(run);

        assertThat(permissions(directory.path())).isEqualTo("rwx------");
        for (Path file :
            List.of(directory.outputLog(), directory.exitFile(), directory.processFile())) {
          assertThat(permissions(file)).as("%s", file).isEqualTo("rw-------");
        }
        assertThat(Files.readString(directory.outputLog()).strip())
            .isEqualTo(KernelFacts.read().umask());
      }
    }

    private static String permissions(Path file) throws IOException {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void agentIsKilledBeforeTheServiceWhenMemoryIsShort() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        endOf(fixture.start(run, "cat", "/proc/self/oom_score_adj"));
        int own = Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());

        assertThat(
                Integer.parseInt(Files.readString(fixture.directories.of(run).outputLog()).strip()))
            .isGreaterThan(own);
      }
    }

    @Test
    void commandThatIsAlsoABuiltinOfTheShellIsTheProgram() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        Path programs = Files.createDirectory(temporary.resolve("bin with blank"));
        Path exit = Files.writeString(programs.resolve("exit"), "#!/bin/sh\necho \"$*\"\n");
        assertThat(exit.toFile().setExecutable(true)).isTrue();

        endOf(
            fixture.manager.start(
                fixture.request(
                    run,
                    Map.of("PATH", programs.toString()),
                    List.of("exit", "a  b", "$HOME", "*"))));

        assertThat(fixture.directories.of(run).outputLog()).hasContent("a  b $HOME *\n");
      }
    }

    @Test
    void programWithoutItsInterpreterEndsAsTheShellReportsIt() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        Path program = Files.writeString(temporary.resolve("program"), "#!/no/such/interpreter\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(endOf(fixture.start(run, program.toString())).code()).isIn(126, 127);
      }
    }
  }

  /** What does not start at all. */
  @Nested
  class Refusals {
    @ParameterizedTest
    @ValueSource(strings = {"no-such-agent", "/no/such/agent", "./file", "./directory", "", "./"})
    void whatIsNoProgramIsRefusedBeforeAnythingStarts(String command) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        Files.writeString(fixture.workspace(run).resolve("file"), "#!/bin/sh\n");
        Files.createDirectory(fixture.workspace(run).resolve("directory"));

        assertThatThrownBy(() -> fixture.start(run, command))
            .isInstanceOf(SpawnFailedException.class)
            .hasMessageContaining("not an executable program")
            .hasMessageNotContaining(temporary.toString());
        assertThat(fixture.directories.of(run).path()).doesNotExist();
      }
    }

    @ParameterizedTest
    @EnumSource
    void argumentsThatLinuxDoesNotTakeAreRefusedWithAReason(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();

        assertThatThrownBy(() -> fixture.start(run, "echo", "x".repeat(128 * 1024)))
            .isInstanceOf(SpawnFailedException.class)
            .hasMessageContaining("{promptFile}");
        assertThatThrownBy(() -> fixture.start(run, "echo", "a\0b"))
            .isInstanceOf(SpawnFailedException.class)
            .hasMessageContaining("NUL");
        String[] many = new String[100];
        java.util.Arrays.fill(many, "x".repeat(100_000));
        many[0] = "echo";
        assertThatThrownBy(() -> fixture.start(run, many))
            .isInstanceOf(SpawnFailedException.class)
            .hasMessageContaining("too long");
        assertThat(endOf(fixture.start(run, "true", "x".repeat(128 * 1024 - 1))).code()).isZero();
      }
    }

    @Test
    void missingWorkspaceIsRefused() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        LaunchRequest request = fixture.request(run, Map.of(), List.of("true"));
        Files.delete(request.workspace());

        assertThatThrownBy(() -> fixture.manager.start(request))
            .isInstanceOf(SpawnFailedException.class)
            .hasMessage("The workspace does not exist");
      }
    }
  }

  @Nested
  class Ends {
    @ParameterizedTest
    @EnumSource
    void exitCodeIsHandedOnAndNotedForTheNextService(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();

        assertThat(endOf(fixture.start(run, "sh", "-c", "exit 42"))).isEqualTo(new ExitStatus(42));

        assertThat(RunScript.readExit(fixture.directories.of(run))).hasValue(new ExitStatus(42));
        assertThat(RunScript.readLeader(fixture.directories.of(run)).orElseThrow().entered())
            .isEqualTo(holding == Holding.CGROUP);
        assertThat(fixture.manager.stop(run, SHORT).killed()).isFalse();
      }
    }

    @Test
    void endBySignalIsTheShellsStatusAndLeavesNoWordInTheLog() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();

        assertThat(endOf(fixture.start(run, "sh", "-c", "echo said; kill -SEGV $$")).signal())
            .hasValue(11);

        assertThat(fixture.directories.of(run).outputLog()).hasContent("said\n");
        assertThat(RunScript.readExit(fixture.directories.of(run))).hasValue(new ExitStatus(139));
      }
    }

    @ParameterizedTest
    @EnumSource
    void killOfTheLeaderAloneIsSeenAndWhatItLeavesIsSwept(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();
        SupervisedProcess process = fixture.startScript(run, "echo $$ >ready; exec sleep 60");
        List<Long> agent = fixture.pids(run, "ready");
        ProcessHandle.of(process.identity().pid()).orElseThrow().destroyForcibly();

        assertThat(endOf(process).signal()).hasValue(9);
        assertThat(agent).allMatch(RunFixture::lives);
        assertThat(fixture.manager.stop(run, SHORT).killed()).isTrue();

        assertDead(agent);
      }
    }

    @Test
    void ageIsTheKernelsAndExitTimeIsNow() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        Instant before = Instant.now();
        SupervisedProcess process = fixture.start(fixture.newRun(), "sleep", "0.3");

        ProcessEnd end = process.awaitEnd(LONG).orElseThrow();

        assertThat(process.age()).isBetween(Duration.ofMillis(250), LONG);
        assertThat(end.at()).isBetween(before, Instant.now());
      }
    }
  }

  @Nested
  class Stops {
    @Test
    void stopOfARunThatNeverStartedFindsNothing() {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        StopReport report = fixture.manager.stop(fixture.newRun(), LONG);

        assertThat(report.killed()).isFalse();
        assertThat(report.survivors()).isZero();
      }
    }

    @ParameterizedTest
    @EnumSource
    void killWithoutGraceOvertakesACancelThatWaits(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();
        fixture.startScript(run, "trap '' TERM; echo $$ >ready; while :; do sleep 1; done");
        List<Long> agent = fixture.pids(run, "ready");
        CompletableFuture<StopReport> cancel =
            CompletableFuture.supplyAsync(() -> fixture.manager.stop(run, Duration.ofMinutes(5)));
        await().until(() -> fixture.manager.isStopping(run));

        StopReport kill = fixture.manager.stop(run, Duration.ZERO);

        assertDead(agent);
        assertThat(kill.killed()).isTrue();
        assertThat(kill.survivors()).isZero();
        assertThat(cancel.get(120, TimeUnit.SECONDS).survivors()).isZero();
      }
    }

    @Test
    void interruptDoesNotCutAStopShort() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        fixture.startScript(run, "trap '' TERM; echo $$ >ready; while :; do sleep 1; done");
        List<Long> agent = fixture.pids(run, "ready");

        Thread.currentThread().interrupt();
        StopReport report = fixture.manager.stop(run, SHORT);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.took()).isGreaterThanOrEqualTo(SHORT);
        assertDead(agent);
      }
    }

    @Test
    void whatTheKernelCannotKillIsCounted() throws Exception {
      Path freezer =
          Path.of("/sys/fs/cgroup/freezer/agentgate-test-" + ProcessHandle.current().pid());
      assumeTrue(Files.isWritable(freezer.getParent()), "No freezer of cgroup v1 on this host");
      Files.createDirectory(freezer);
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, SHORT)) {
        RunId run = fixture.newRun();
        fixture.startScript(run, "echo $$ >ready; exec sleep 60");
        List<Long> agent = fixture.pids(run, "ready");
        Files.writeString(freezer.resolve("cgroup.procs"), agent.getFirst().toString());
        Files.writeString(freezer.resolve("freezer.state"), "FROZEN");
        try {
          StopReport report = fixture.manager.stop(run, SHORT);

          assertThat(report.killed()).isTrue();
          assertThat(report.survivors()).isGreaterThanOrEqualTo(1);
          assertThat(report.took()).isLessThan(LONG);
        } finally {
          Files.writeString(freezer.resolve("freezer.state"), "THAWED");
        }
        assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();
        assertDead(agent);
      } finally {
        await().ignoreExceptions().until(() -> Files.deleteIfExists(freezer));
      }
    }

    @Test
    void releaseRemovesTheCgroupAndWhatTheAgentMadeBelowIt() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.CGROUP)) {
        RunId run = fixture.newRun();
        fixture.startScript(run, "echo 1 >ready; exec sleep 60");
        Path cgroup = CgroupTree.find(fixture.directories.root()).orElseThrow().of(run).path();
        Path below = Files.createDirectories(cgroup.resolve("made/by/agent"));
        Process hidden = new ProcessBuilder("sleep", "60").start();
        fixture.cleanUp(hidden.pid());
        Files.writeString(below.resolve("cgroup.procs"), Long.toString(hidden.pid()));

        assertThat(fixture.manager.stop(run, LONG).survivors()).isZero();
        fixture.manager.release(run);
        fixture.manager.release(run);

        assertThat(hidden.waitFor()).isGreaterThan(128);
        assertThat(cgroup).doesNotExist();
      }
    }

    @ParameterizedTest
    @EnumSource
    void agentsThatEndOnSigtermAreProvenDeadAtOnce(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
          RunId run = fixture.newRun();
          fixture.startScript(run, "echo 1 >ready; exec sleep 60");
          took.add(fixture.manager.stop(run, LONG).took());
        }
        took.sort(null);

        // The goal is milliseconds; none may wait out the grace, on however busy a machine.
        assertThat(took.getLast()).isLessThan(LONG);
      }
    }
  }

  /** Which processes belong to a run. */
  @Nested
  class Members {
    @ParameterizedTest
    @EnumSource
    void processOfTheServiceThatWorksForARunIsStoppedAndTheServiceIsNot(Holding holding)
        throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();
        ProcessBuilder git = new ProcessBuilder("sh", "-c", "sleep 60 & wait; sleep 60");
        git.environment().put("AGENTGATE_RUN_ID", run.value());
        Process checkout = git.start();
        fixture.cleanUp(checkout.pid());
        await().until(() -> fixture.manager.count(run) == 2);

        StopReport report = fixture.manager.stop(run, LONG);

        assertThat(report.killed()).isTrue();
        assertThat(report.survivors()).isZero();
        // Dead at once; Java reaps it a moment later.
        assertThat(checkout.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
      }
    }

    @ParameterizedTest
    @EnumSource
    void runsOfAnotherServiceOnThisHostAreNotFound(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary.resolve("a"), holding);
          RunFixture neighbour = new RunFixture(temporary.resolve("b"), holding)) {
        RunId run = fixture.newRun();
        RunId theirs = neighbour.newRun();
        fixture.startScript(run, "echo 1 >ready; exec sleep 60");
        neighbour.startScript(theirs, "echo 1 >ready; exec sleep 60");

        assertThat(fixture.manager.findRuns()).containsExactly(run);
        assertThat(neighbour.manager.findRuns()).containsExactly(theirs);
        assertThat(fixture.manager.count(run)).isEqualTo(2);
      }
    }

    @ParameterizedTest
    @EnumSource
    void processThatCutEveryTieDiesWithItsCgroupAndIsSparedWithoutOne(Holding holding)
        throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();
        SupervisedProcess process =
            fixture.start(
                run,
                "sh",
                "-c",
                RunFixture.TAKE_OFF_LIMIT
                    + "env -i \"$(command -v setsid)\" sleep 60 </dev/null >/dev/null 2>&1 &"
                    + " echo $! >stray");
        endOf(process);
        List<Long> stray = fixture.pids(run, "stray");
        await().until(() -> ProcessTree.arguments(stray.getFirst()).startsWith("sleep"));

        StopReport report = fixture.manager.stop(run, SHORT);

        assertThat(report.killed()).isEqualTo(holding == Holding.CGROUP);
        assertThat(RunFixture.lives(stray.getFirst())).isEqualTo(holding == Holding.SESSION);
      }
    }

    @ParameterizedTest
    @EnumSource
    void processThatCutEveryTieButWasSeenBeforeDies(Holding holding) throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, holding)) {
        RunId run = fixture.newRun();
        SupervisedProcess process =
            fixture.startScript(
                run,
                "env -i \"$(command -v setsid)\" sleep 60 </dev/null >/dev/null 2>&1 & echo $! >stray;"
                    + " echo 1 >ready; while [ ! -e go ]; do sleep 0.02; done");
        List<Long> stray = fixture.pids(run, "stray");
        await().until(() -> ProcessTree.arguments(stray.getFirst()).startsWith("sleep"));
        assertThat(fixture.manager.count(run)).isGreaterThanOrEqualTo(3);
        Files.writeString(fixture.workspace(run).resolve("go"), "go");
        endOf(process);

        fixture.manager.stop(run, SHORT);

        assertDead(stray);
      }
    }

    @Test
    void readerOfARunsLogIsSpared() throws Exception {
      try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
        RunId run = fixture.newRun();
        fixture.startScript(run, "echo 1 >ready; exec sleep 60");
        Process reader =
            new ProcessBuilder("cat", "/dev/zero")
                .redirectInput(fixture.directories.of(run).outputLog().toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        fixture.cleanUp(reader.pid());

        assertThat(fixture.manager.stop(run, LONG).survivors()).isZero();

        assertThat(reader.isAlive()).isTrue();
      }
    }

    @Test
    void runDirectoryWithALinkInItsPathIsKnownByItsRealOne() throws Exception {
      Path real = Files.createDirectory(temporary.resolve("real"));
      Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
      try (RunFixture fixture = new RunFixture(link, Holding.SESSION)) {
        RunId run = fixture.newRun();
        endOf(
            fixture.start(
                run, "sh", "-c", "env -i \"$(command -v setsid)\" sleep 60 & echo $! >holder"));
        List<Long> holder = fixture.pids(run, "holder");
        await().until(() -> ProcessTree.arguments(holder.getFirst()).startsWith("sleep"));

        fixture.manager.stop(run, SHORT);

        assertDead(holder);
        try (Stream<Path> left = Files.list(real.resolve("runs"))) {
          assertThat(left).isNotEmpty();
        }
      }
    }
  }
}
