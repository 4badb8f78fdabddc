package dev.agentgate.execution.local;

import static dev.agentgate.execution.local.RunFixture.assertDead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.local.SupervisedProcess.ProcessEnd;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real runs whose service does not renew its lease. */
class DeadMansSwitchTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path temporary;

  private Path path;
  private LeaseFile lease;

  @BeforeEach
  void leaseForAnHour() {
    path = temporary.resolve("lease");
    lease = new LeaseFile(path);
    lease.setDeadline(lease.uptime().plus(HOUR));
  }

  private void endLease() {
    lease.setDeadline(lease.uptime());
  }

  /** Starts an agent that waits; returns its pid once it lives. */
  private static List<Long> startAgent(RunFixture fixture, RunId run) throws Exception {
    fixture.startScript(run, "echo $$ >ready; exec sleep 600");
    return fixture.pids(run, "ready");
  }

  private static List<Long> switchOf(RunId run) {
    return RunFixture.withEnvironmentOf(run).stream()
        .filter(pid -> ProcessTree.read(pid).filter(RunScript::isSwitch).isPresent())
        .toList();
  }

  private static List<Long> awaitSwitchOf(RunId run) {
    await().atMost(PATIENCE).until(() -> switchOf(run).size() == 1);
    return switchOf(run);
  }

  private static void awaitDead(RunId run, List<Long> pids) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            pids.stream().noneMatch(RunFixture::lives)
                && RunFixture.withEnvironmentOf(run).isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void everythingOfTheRunDiesWhenTheLeaseIsOver(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.startScript(
              run,
              "trap '' TERM INT HUP QUIT USR1 USR2; echo $$ >agent;"
                  + " setsid sh -c 'echo $$ >session; exec sleep 600' &"
                  + " setsid sh -c 'env -i \"$(command -v setsid)\" sleep 600 </dev/null >/dev/null"
                  + " 2>&1 & echo $! >child; wait' &"
                  + " env -i \"$(command -v setsid)\" sleep 600 </dev/null & echo $! >writer;"
                  + " (env -i sleep 600 >/dev/null 2>&1 & echo $! >orphan);"
                  + " echo 1 >ready; while :; do sleep 600; done");
      List<Long> pids = new ArrayList<>();
      for (String name : List.of("agent", "session", "child", "writer", "orphan")) {
        pids.addAll(fixture.pids(run, name));
      }
      Process innocent = fixture.outside("setsid", "sleep", "600");
      awaitSwitchOf(run);
      assertThat(pids).hasSize(5).allMatch(RunFixture::lives);

      endLease();

      awaitDead(run, pids);
      assertThat(process.awaitEnd(LONG)).isPresent();
      assertThat(RunScript.readExit(fixture.directories.of(run))).isEmpty();
      assertThat(RunScript.wasEndedBySwitch(fixture.directories.of(run))).isTrue();
      assertThat(innocent.isAlive()).isTrue();
      assertThat(fixture.manager.stop(run, Duration.ZERO).killed()).isFalse();
    }
  }

  /** As an {@code ssh-agent} does, whose environment may not even be read. */
  @Test
  void aProcessThatTakesOffAllOtherMarksDies() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      fixture.start(
          run,
          "sh",
          "-c",
          "(env -i \"$(command -v setsid)\" sleep 600 </dev/null >/dev/null 2>&1 & echo $!) >hidden;"
              + " sleep 600");
      List<Long> pids = fixture.pids(run, "hidden");
      awaitSwitchOf(run);

      endLease();

      awaitDead(run, pids);
    }
  }

  /** It shows no environment for a moment, and nothing else ties it to the run. */
  @Test
  void aProcessThatReplacesItselfAgainAndAgainDies() throws Exception {
    endLease();
    String replacing = "exec sh -c \"$0\" \"$0\"";
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      Process leader = fixture.outside("true");
      leader.waitFor();
      for (int round = 0; round < 5; round++) {
        RunId run = fixture.newRun();
        ProcessBuilder start = new ProcessBuilder("sh", "-c", replacing, replacing);
        start.environment().put("AGENTGATE_RUN_ID", run.value());
        Process process = start.start();
        fixture.cleanUp(process.pid());

        assertThat(startSwitch(fixture, run, path, leader.pid()).waitFor()).isZero();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it died").isTrue();
      }
    }
  }

  /** Starts a switch without its run. */
  private static Process startSwitch(RunFixture fixture, RunId run, Path lease, long leader)
      throws IOException {
    Path directory = Files.createDirectories(fixture.directories.of(run).path());
    String text = RunScript.text("switch.sh");
    ProcessBuilder start =
        new ProcessBuilder(
            List.of(
                "sh",
                "-c",
                text,
                "a-switch",
                text,
                "sh",
                "sleep",
                "grep",
                lease.toString(),
                directory.toString(),
                "",
                String.valueOf(leader),
                "0",
                String.valueOf(RunMarks.fileLocks(run))));
    start.environment().put("AGENTGATE_RUN_ID", run.value());
    start.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process guard = start.start();
    fixture.cleanUp(guard.pid());
    return guard;
  }

  @ParameterizedTest
  @EnumSource
  void aLeaseThatIsRenewedInTimeGoesOn(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      List<Long> agent = startAgent(fixture, run);
      awaitSwitchOf(run);
      Duration first = lease.uptime().plusSeconds(6);
      lease.setDeadline(first);
      lease.setDeadline(first.plus(HOUR));

      await().atMost(PATIENCE).until(() -> lease.uptime().compareTo(first.plusSeconds(2)) > 0);

      assertThat(agent).allMatch(RunFixture::lives);
      assertThat(switchOf(run)).hasSize(1);
    }
  }

  @Test
  void aLeaseFileThatIsGoneEndsTheRun() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      List<Long> agent = startAgent(fixture, run);
      awaitSwitchOf(run);

      Files.delete(path);

      awaitDead(run, agent);
    }
  }

  /** As on a full disk. */
  @Test
  void aRunDiesAlsoIfTheSwitchCannotNoteWhy() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      List<Long> agent = startAgent(fixture, run);
      List<Long> guard = awaitSwitchOf(run);
      Files.createDirectory(fixture.directories.of(run).path().resolve("switch"));

      endLease();

      awaitDead(run, agent);
      awaitDead(run, guard);
    }
  }

  @Test
  void aDeadlineThatIsJustBeingWrittenIsNotRead() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      List<Long> agent = startAgent(fixture, run);
      ProcessHandle guard = ProcessHandle.of(awaitSwitchOf(run).getFirst()).orElseThrow();
      // It has read the deadline before it waits.
      await().atMost(PATIENCE).until(() -> guard.children().findAny().isPresent());
      Duration written = lease.uptime();
      Files.writeString(path, "1.00 2.00\n");

      await().atMost(PATIENCE).until(() -> lease.uptime().compareTo(written.plusSeconds(3)) > 0);

      assertThat(agent).allMatch(RunFixture::lives);
    }
  }

  /** At its first look, a switch knows no earlier deadline. */
  @Test
  void aDeadlineThatIsBeingWrittenWhileTheSwitchBeginsIsReadAgain() throws Exception {
    Path pipe = temporary.resolve("pipe");
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      RunId run = fixture.newRun();
      assertThat(fixture.outside("mkfifo", pipe.toString()).waitFor()).isZero();
      // The lines stay in the pipe as long as it is open, and each look takes one. With this
      // many, a switch still waits when it is seen here, however late that is.
      try (RandomAccessFile written = new RandomAccessFile(pipe.toFile(), "rw")) {
        written.writeBytes("1.00 2.00\n" + "999999999.00 999999999.00\n".repeat(600));
        Process leader = fixture.outside("setsid", "sleep", "600");
        Process guard = startSwitch(fixture, run, pipe, leader.pid());

        await().atMost(PATIENCE).until(() -> guard.children().count() > 0 || !guard.isAlive());

        assertThat(guard.isAlive()).as("it waits").isTrue();
        assertThat(leader.isAlive()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noAgentStartsAfterTheDeadline(boolean missing) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      endLease();
      if (missing) {
        Files.delete(path);
      }

      ProcessEnd end =
          fixture.start(run, "sh", "-c", "echo 1 >started").awaitEnd(LONG).orElseThrow();

      assertThat(end.exit()).hasValue(new ExitStatus(124));
      assertThat(fixture.workspace(run).resolve("started")).doesNotExist();
      assertThat(fixture.directories.of(run).processFile()).doesNotExist();
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRunThatEndsByItselfLeavesNoSwitchAndKeepsItsExitCode(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      for (String end : List.of("exit 42", "sleep 0.1; exit 42", "sleep 1.1; exit 42")) {
        RunId run = fixture.newRun();

        ProcessEnd ended = fixture.start(run, "sh", "-c", end).awaitEnd(LONG).orElseThrow();
        StopReport report = fixture.manager.stop(run, LONG);

        assertThat(ended.exit()).hasValue(new ExitStatus(42));
        assertThat(RunScript.readExit(fixture.directories.of(run))).hasValue(new ExitStatus(42));
        assertThat(report.killed()).as("the switch is not left behind by the agent").isFalse();
        assertThat(report.took()).isLessThan(LONG);
        assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
        assertThat(fixture.directories.of(run).outputLog()).isEmptyFile();
      }
    }
  }

  /** The script forks; until its child runs the switch, it looks like the script. */
  @Test
  void aSwitchThatHasJustBeenForkedIsNotLeftBehindByTheAgent() throws Exception {
    assertNothingLeftBehind(
        "perl",
        "-e",
        "$SIG{TERM} = 'IGNORE'; open(my $f, '>', $ARGV[1]); print $f 1; close($f);"
            + " select(undef, undef, undef, 0.3);"
            + " exec('setsid', 'sh', '-c', 'while :; do sleep 1; done', 'agentgate-switch', 'x')",
        "agentgate-run");
  }

  /** Until a child of the switch runs {@code sleep}, it looks like the switch. */
  @Test
  void aSwitchThatForksIsNotLeftBehindByTheAgent() throws Exception {
    assertNothingLeftBehind(
        "setsid",
        "perl",
        "-e",
        "$SIG{TERM} = 'IGNORE'; for (1..9) { if (!fork) { sleep(600); exit } }"
            + " open(my $f, '>', $ARGV[1]); print $f 1; close($f); sleep(600)",
        "agentgate-switch");
  }

  /**
   * Stops a run of which nothing is left but a switch.
   *
   * @param command of the switch; the last argument, which is added, is a file that it writes
   */
  private void assertNothingLeftBehind(String... command) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      fixture.directories.create(run);
      Path ready = fixture.workspace(run).resolve("ready");
      List<String> line = new ArrayList<>(List.of(command));
      line.add(ready.toString());
      ProcessBuilder left = new ProcessBuilder(line);
      left.environment().put("AGENTGATE_RUN_ID", run.value());
      fixture.cleanUp(left.start().pid());
      fixture.awaitFile(run, "ready");

      StopReport report = fixture.manager.stop(run, LONG);

      assertThat(report.killed()).isFalse();
      assertThat(report.survivors()).isZero();
      assertThat(report.took()).isLessThan(LONG);
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStopDoesNotWaitForTheSwitch(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.startScript(
              run, "trap 'exit 7' TERM; echo $$ >ready; while :; do sleep 0.01; done");
      List<Long> agent = fixture.pids(run, "ready");
      awaitSwitchOf(run);

      StopReport report = fixture.manager.stop(run, LONG);

      assertDead(agent);
      assertThat(report.killed()).isTrue();
      assertThat(report.survivors()).isZero();
      assertThat(report.took()).isLessThan(LONG);
      assertThat(process.awaitEnd(LONG).flatMap(ProcessEnd::exit)).hasValue(new ExitStatus(7));
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAgentThatIgnoresTheStopIsKilledWithItsSwitch(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run, "trap '' TERM; setsid sleep 600 & echo $$ >ready; while :; do sleep 1; done");
      List<Long> agent = fixture.pids(run, "ready");
      awaitSwitchOf(run);

      StopReport report = fixture.manager.stop(run, SHORT);

      assertDead(agent);
      assertThat(report.survivors()).isZero();
      assertThat(report.took()).isGreaterThanOrEqualTo(SHORT);
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSwitchGuardsWhatAnAgentLeftBehind(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.start(
              run, "sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $! >server; exit 0");
      assertThat(process.awaitEnd(LONG)).isPresent();
      List<Long> server = fixture.pids(run, "server");
      awaitSwitchOf(run);
      assertThat(server).allMatch(RunFixture::lives);

      endLease();

      awaitDead(run, server);
      assertThat(RunScript.wasEndedBySwitch(fixture.directories.of(run)))
          .as("the agent had ended by itself")
          .isFalse();
    }
  }

  @Test
  void signalsToTheAgentsProcessGroupDoNotReachTheSwitch() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION, lease)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run,
          "trap '' TERM HUP USR1; kill -TERM 0; kill -HUP 0; kill -USR1 0; echo $$ >ready;"
              + " exec sleep 600");
      List<Long> agent = fixture.pids(run, "ready");

      assertThat(awaitSwitchOf(run)).hasSize(1);
      endLease();

      awaitDead(run, agent);
    }
  }

  @Test
  void withoutALeaseARunHasNoSwitch() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      RunId run = fixture.newRun();
      fixture.startScript(run, "echo $$ >ready; exec sleep 600");

      assertThat(switchOf(run)).isEmpty();
      assertThat(fixture.manager.count(run)).as("leader and agent").isEqualTo(2);
    }
  }
}
