package dev.agentgate.execution.local;

import static dev.agentgate.execution.local.RunFixture.assertDead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.local.SupervisedProcess.ProcessEnd;
import dev.agentgate.linux.KernelFacts;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.linux.Signals;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a service finds of the runs of the one before it. */
class AdoptionTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path temporary;

  /** Starts a script in a service that is killed as soon as it said so; returns the leader. */
  private static long startAndCrash(
      RunFixture fixture, Holding holding, RunId run, String script, Path... lease)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CrashingService.class.getName(),
                fixture.directories.root().toString(),
                holding.name(),
                run.value(),
                fixture.workspace(run).toString(),
                script));
    Stream.of(lease).map(Path::toString).forEach(command::add);
    Process service =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader output = service.inputReader()) {
      String line = output.readLine();
      while (line != null && !line.matches("\\d+")) {
        line = output.readLine();
      }
      assertThat(line).isNotNull();
      fixture.cleanUp(Long.parseLong(line));
      return Long.parseLong(line);
    } finally {
      service.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource
  void runThatOutlivesItsServiceIsAdoptedAndHandsOnItsExitCode(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      long leader =
          startAndCrash(fixture, holding, run, "while [ ! -e go ]; do sleep 0.02; done; exit 5");

      SupervisedProcess adopted = fixture.manager.adopt(run).orElseThrow();
      assertThat(adopted.identity().pid()).isEqualTo(leader);
      assertThat(adopted.age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
      assertThat(adopted.awaitEnd(Duration.ofMillis(20))).isEmpty();
      assertThat(fixture.manager.findRuns()).contains(run);
      Files.writeString(fixture.workspace(run).resolve("go"), "go");

      assertThat(adopted.awaitEnd(LONG).flatMap(ProcessEnd::exit)).hasValue(new ExitStatus(5));
      assertThat(fixture.manager.stop(run, SHORT).killed()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void runWithADeadMansSwitchIsAdoptedWithoutIt(Holding holding) throws Exception {
    Path path = temporary.resolve("lease");
    LeaseFile lease = new LeaseFile(path);
    lease.setDeadline(lease.uptime().plus(Duration.ofHours(1)));
    try (RunFixture fixture = new RunFixture(temporary, holding, lease)) {
      RunId run = fixture.newRun();
      long leader =
          startAndCrash(
              fixture, holding, run, "while [ ! -e go ]; do sleep 0.02; done; exit 5", path);
      Path noted = fixture.directories.of(run).processFile();
      await().until(() -> Files.exists(noted));
      Files.delete(noted);

      SupervisedProcess adopted = fixture.manager.adopt(run).orElseThrow();
      assertThat(adopted.identity().pid()).isEqualTo(leader);
      Files.writeString(fixture.workspace(run).resolve("go"), "go");

      assertThat(adopted.awaitEnd(LONG).flatMap(ProcessEnd::exit)).hasValue(new ExitStatus(5));
      assertThat(fixture.restarted(holding).adopt(run).orElseThrow().awaitEnd(LONG))
          .as("not the switch, which is still there")
          .isPresent();
      assertThat(fixture.manager.stop(run, LONG).killed()).isFalse();
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void runThatEndedMeanwhileHandsOnItsExitCodeAndTime(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      Instant before = Instant.now().minusSeconds(1);
      startAndCrash(fixture, holding, run, "sleep 0.2; exit 6");
      await().until(() -> RunScript.readExit(fixture.directories.of(run)).isPresent());

      ProcessEnd end = fixture.manager.adopt(run).orElseThrow().awaitEnd(LONG).orElseThrow();

      assertThat(end.exit()).hasValue(new ExitStatus(6));
      assertThat(end.at()).isBetween(before, Instant.now());
    }
  }

  @ParameterizedTest
  @EnumSource
  void runWhoseProcessesAllVanishedIsNotAdopted(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      long leader = startAndCrash(fixture, holding, run, "echo $$ >agent; exec sleep 60");
      List<Long> agent = fixture.pids(run, "agent");
      ProcessHandle.of(leader).orElseThrow().destroyForcibly();
      await().until(() -> !RunFixture.lives(leader));

      assertThat(fixture.manager.adopt(run)).isEmpty();
      assertThat(fixture.manager.stop(run, SHORT).killed()).isTrue();

      assertDead(agent);
    }
  }

  @ParameterizedTest
  @EnumSource
  void leaderThatHasNotYetWrittenItsFileIsFoundByItsEnvironment(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      long leader = startAndCrash(fixture, holding, run, "echo 1 >ready; exec sleep 60");
      fixture.awaitFile(run, "ready");
      Files.delete(fixture.directories.of(run).processFile());

      assertThat(fixture.manager.adopt(run).orElseThrow().identity().pid()).isEqualTo(leader);
    }
  }

  @ParameterizedTest
  @EnumSource
  void leaderIsFoundIfItsFileNamesTheAgentOrIsOfAnEarlierVersion(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      long leader = startAndCrash(fixture, holding, run, "echo $$ >agent; exec sleep 60");
      long agent = fixture.pids(run, "agent").getFirst();
      long ticks = ProcessTree.read(leader).orElseThrow().startTicks();
      Path noted = fixture.directories.of(run).processFile();
      String now = Files.readString(noted);
      assertThat(now).startsWith(leader + " ");

      for (String file :
          List.of(
              now,
              now.replaceFirst("^" + leader + " ", leader + " " + ticks + " "),
              now.replaceFirst("^" + leader + " ", agent + " "))) {
        Files.writeString(noted, file);
        LinuxProcessManager next = fixture.restarted(holding);

        assertThat(next.adopt(run).orElseThrow().identity().pid()).as(file).isEqualTo(leader);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherServiceStopsWhatClearedItsEnvironmentByItsOtherTies(Holding holding)
      throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      startAndCrash(
          fixture, holding, run, "trap '' TERM; env -i sleep 60 & echo $! >bare; sleep 60");
      List<Long> bare = fixture.pids(run, "bare");

      assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();

      assertDead(bare);
    }
  }

  @Test
  void tornFilesAreNotRead() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      RunId run = fixture.newRun();
      RunDirectory directory = fixture.directories.create(run);
      Files.writeString(directory.exitFile(), "{\"exitCode\":1");
      Files.writeString(directory.processFile(), "1 ");

      assertThat(RunScript.readExit(directory)).isEmpty();
      assertThat(RunScript.readLeader(directory)).isEmpty();
      assertThat(fixture.manager.adopt(run)).isEmpty();
    }
  }

  @Test
  void processThatGotThePidOfALeaderIsNeitherAdoptedNorSignalled() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      Process innocent = new ProcessBuilder("setsid", "sleep", "60").start();
      fixture.cleanUp(innocent.pid());
      await()
          .until(() -> ProcessTree.read(innocent.pid()).orElseThrow().session() == innocent.pid());
      ProcessTree.Entry entry = ProcessTree.read(innocent.pid()).orElseThrow();
      String boot = KernelFacts.read().bootId();
      String otherBoot = boot.replace(boot.charAt(0), boot.charAt(0) == '0' ? '1' : '0');

      for (String file :
          List.of(
              innocent.pid() + " " + (entry.startTicks() - 1) + " " + boot + " none end\n",
              innocent.pid() + " " + (entry.startTicks() + 1) + " " + boot + " none end\n",
              innocent.pid() + " " + entry.startTicks() + " " + otherBoot + " none end\n",
              innocent.pid() + " " + entry.startTicks() + " " + boot + " none end\n",
              innocent.pid() + " " + boot + " none end\n")) {
        RunId run = fixture.newRun();
        Files.writeString(fixture.directories.create(run).processFile(), file);
        assertThat(RunScript.readLeader(fixture.directories.of(run))).isPresent();

        assertThat(fixture.manager.adopt(run)).isEmpty();
        StopReport report = fixture.manager.stop(run, Duration.ZERO);

        assertThat(report.killed()).isFalse();
        assertThat(innocent.isAlive()).isTrue();
      }
      assertThat(Optional.of(entry).filter(ProcessTree::lives)).isPresent();
    }
  }

  @Test
  void signalsGoToNoProcessThatStartedAtAnotherTime() throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      Process innocent = new ProcessBuilder("setsid", "sleep", "60").start();
      fixture.cleanUp(innocent.pid());
      await()
          .until(() -> ProcessTree.read(innocent.pid()).orElseThrow().session() == innocent.pid());
      ProcessTree.Entry real = ProcessTree.read(innocent.pid()).orElseThrow();
      ProcessTree.Entry stale =
          new ProcessTree.Entry(
              real.pid(),
              'S',
              real.parent(),
              real.group(),
              real.session(),
              1,
              real.startTicks() - 1);
      Signals signals = new Signals();

      signals.terminate(List.of(stale));
      signals.freeze(List.of(stale));
      signals.kill(List.of(stale));

      assertThat(innocent.isAlive()).isTrue();
      assertThat(ProcessTree.isStopped(real)).isFalse();
      signals.kill(List.of(real));
      assertThat(innocent.waitFor()).isEqualTo(128 + 9);
    }
  }
}
