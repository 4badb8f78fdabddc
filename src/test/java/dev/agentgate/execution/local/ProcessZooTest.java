package dev.agentgate.execution.local;

import static dev.agentgate.execution.local.RunFixture.assertDead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.execution.StopReport;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.workorder.RunId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents that do not want to end, each with a cgroup and without. */
class ProcessZooTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  /** A grace that only a stop which waits in vain uses up. */
  private static final Duration LONG = Duration.ofMinutes(1);

  /** 100 with {@code -Dagentgate.it.rounds=full}. */
  private static final int ROUNDS =
      "full".equals(System.getProperty("agentgate.it.rounds")) ? 100 : 3;

  @TempDir Path temporary;

  @ParameterizedTest
  @EnumSource
  void cooperativeAgentEndsOnSigterm(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.startScript(
              run,
              "trap 'echo cleaned >cleaned; exit 7' TERM; echo 1 >ready; while :; do sleep 0.01; done");

      StopReport report = fixture.manager.stop(run, LONG);

      assertThat(report.killed()).isTrue();
      assertThat(report.survivors()).isZero();
      assertThat(report.took()).isLessThan(LONG);
      assertThat(fixture.workspace(run).resolve("cleaned")).exists();
      assertThat(process.awaitEnd(LONG).orElseThrow().exit().orElseThrow().code()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatIgnoresSigtermIsKilledAfterTheGrace(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.startScript(
              run, "trap '' TERM INT HUP; echo $$ >ready; while :; do sleep 1; done");
      List<Long> agent = fixture.pids(run, "ready");

      StopReport report = fixture.manager.stop(run, SHORT);

      assertDead(agent);
      assertThat(report.survivors()).isZero();
      assertThat(report.took()).isBetween(SHORT, SHORT.plus(LONG));
      assertThat(process.awaitEnd(LONG).orElseThrow().exit().orElseThrow().signal()).hasValue(9);
    }
  }

  @ParameterizedTest
  @EnumSource
  void daemonOfTwoForksIsFound(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run,
          "(setsid sh -c 'trap \"\" TERM; echo $$ >daemon; exec sleep 60' </dev/null >/dev/null 2>&1 &) &"
              + " wait; echo 1 >ready; sleep 60");
      List<Long> daemon = fixture.pids(run, "daemon");

      assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();

      assertDead(daemon);
    }
  }

  @ParameterizedTest
  @EnumSource
  void serverLeftBehindByAnAgentThatEndedIsFound(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.start(
              run, "sh", "-c", "setsid sleep 60 >/dev/null 2>&1 & echo $! >server; exit 0");
      assertThat(process.awaitEnd(LONG).orElseThrow().exit().orElseThrow().code()).isZero();
      List<Long> server = fixture.pids(run, "server");
      assertThat(server).allMatch(RunFixture::lives);

      StopReport report = fixture.manager.stop(run, SHORT);

      assertThat(report.killed()).isTrue();
      assertDead(server);
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatHoldsItsOutputOpenAfterItsEndIsFound(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.start(
              run,
              "sh",
              "-c",
              "env -i \"$(command -v setsid)\" sleep 60 & echo $! >holder; exit 3");
      assertThat(process.awaitEnd(LONG).orElseThrow().exit().orElseThrow().code()).isEqualTo(3);
      List<Long> holder = fixture.pids(run, "holder");
      await()
          .until(() ->
              ProcessTree.read(holder.getFirst()).orElseThrow().session() == holder.getFirst());

      fixture.manager.stop(run, SHORT);

      assertDead(holder);
    }
  }

  @ParameterizedTest
  @EnumSource
  void processThatHoldsTheLogOpenByAnyDescriptorIsFound(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      SupervisedProcess process =
          fixture.start(
              run,
              "sh",
              "-c",
              "exec 7>&1; env -i \"$(command -v setsid)\" sleep 60 </dev/null >/dev/null 2>&1 &"
                  + " echo $! >holder; exit 3");
      assertThat(process.awaitEnd(LONG)).isPresent();
      List<Long> holder = fixture.pids(run, "holder");
      await()
          .until(() ->
              ProcessTree.read(holder.getFirst()).orElseThrow().session() == holder.getFirst());

      assertThat(fixture.restarted(holding).findRuns()).contains(run);
      assertThat(fixture.manager.stop(run, SHORT).killed()).isTrue();

      assertDead(holder);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readerOfTheLogAndWhatTheServiceRunsOnTheLogAreSpared(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(run, "echo 1 >ready; sleep 60");
      String log = fixture.directories.of(run).outputLog().toString();
      Process reader = fixture.outside("setsid", "sh", "-c", "exec sleep 60 7<" + log);
      Process ours = fixture.outside("sh", "-c", "exec sleep 60 7>>" + log);
      for (Process each : List.of(reader, ours)) {
        await().until(() -> ProcessTree.arguments(each.pid()).startsWith("sleep\0"));
      }

      assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();

      assertThat(reader.isAlive()).isTrue();
      assertThat(ours.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatStopsItselfIsWokenToHearSigterm(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run, "trap 'echo 1 >heard; exit' TERM; echo $$ >ready; kill -STOP $$; sleep 60");
      List<Long> agent = fixture.pids(run, "ready");
      await().until(() -> ProcessTree.read(agent.getFirst()).orElseThrow().isStopped());

      StopReport report = fixture.manager.stop(run, LONG);

      assertThat(report.took()).isLessThan(LONG);
      assertThat(fixture.workspace(run).resolve("heard")).exists();
      assertDead(agent);
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatStopsItselfAgainAndAgainIsKilled(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(run, "trap '' TERM; echo $$ >ready; while :; do kill -STOP $$; done");
      List<Long> agent = fixture.pids(run, "ready");

      assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();

      assertDead(agent);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thousandChildrenDieTogether(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run,
          "trap '' TERM; i=0; while [ $i -lt 1000 ]; do sleep 60 & i=$((i+1)); done; echo $$ >ready; wait; sleep 60");
      assertThat(fixture.manager.count(run)).isGreaterThanOrEqualTo(1001);

      StopReport report = fixture.manager.stop(run, SHORT);

      assertThat(report.survivors()).isZero();
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatDeletesItsRunDirectoryAndWorkspaceIsStillFound(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.startScript(
          run,
          "trap '' TERM; echo $$ >ready; while [ ! -e go ]; do sleep 0.01; done; rm -rf \"$(dirname \"$AGENTGATE_PROMPT_FILE\")\" \"$AGENTGATE_WORKSPACE\"; while :; do sleep 1; done");
      List<Long> agent = fixture.pids(run, "ready");
      Files.writeString(fixture.workspace(run).resolve("go"), "go");
      await().until(() -> !Files.exists(fixture.directories.of(run).path()));

      assertThat(fixture.restarted(holding).findRuns()).contains(run);
      assertThat(fixture.restarted(holding).adopt(run).orElseThrow().identity().pid())
          .isEqualTo(ProcessTree.read(agent.getFirst()).orElseThrow().parent());
      assertThat(fixture.restarted(holding).stop(run, SHORT).survivors()).isZero();

      assertDead(agent);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nameWithParenthesesAndBlanksConfusesNobody(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      Path program = temporary.resolve(") S 1 (x) R 1");
      Files.copy(Path.of("/bin/sleep").toRealPath(), program);
      assertThat(program.toFile().setExecutable(true)).isTrue();
      fixture.startScript(
          run, "setsid '" + program + "' 60 & echo $! >named; echo 1 >ready; wait; exit");
      List<Long> named = fixture.pids(run, "named");
      await()
          .until(() ->
              Files.readString(Path.of("/proc/" + named.getFirst() + "/comm"))
                  .startsWith(") S 1 (x) R 1"));

      assertThat(ProcessTree.read(named.getFirst()).orElseThrow().session())
          .isEqualTo(named.getFirst());
      assertThat(fixture.manager.stop(run, SHORT).survivors()).isZero();

      assertDead(named);
    }
  }

  @ParameterizedTest
  @EnumSource
  void agentThatEndsInTheInstantOfTheStopIsNoTrouble(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      for (int i = 0; i < 40; i++) {
        RunId run = fixture.newRun();
        SupervisedProcess process = fixture.start(run, "sleep", "0.00" + i % 10);

        StopReport report = fixture.manager.stop(run, LONG);

        assertThat(report.survivors()).isZero();
        assertThat(report.took()).isLessThan(LONG);
        assertThat(process.awaitEnd(LONG)).isPresent();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void forksThatOutrunTheListAreCaught(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      // It ends by itself after 20 s, and each branch keeps one child alive at a time.
      fixture.startScript(
          run,
          "trap '' TERM; end=$(($(date +%s) + 20)); echo $$ >ready;"
              + " grow() { trap '' TERM; while [ $(date +%s) -lt $end ]; do (sleep 20) & (exec sleep 20) & done; };"
              + " grow & grow & setsid sh -c 'end='$end'; while [ $(date +%s) -lt $end ]; do setsid sleep 20 & done' & wait");

      StopReport report = fixture.manager.stop(run, SHORT);

      assertThat(report.survivors()).isZero();
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void processThatHopsToANewSessionAtOnceIsCaught(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      for (int round = 0; round < ROUNDS; round++) {
        catchHoppers(fixture, 1, Hopper.TO_A_NEW_SESSION);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void fourHoppersAtOnceAreCaught(Hopper hopper) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, Holding.SESSION)) {
      for (int round = 0; round < ROUNDS; round++) {
        catchHoppers(fixture, 4, hopper);
      }
    }
  }

  /** As an {@code ssh-agent} does, whose environment another process may not even read. */
  @ParameterizedTest
  @EnumSource
  void processThatTakesOffAllOtherMarksIsFoundByItsLimit(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      RunId run = fixture.newRun();
      fixture.start(
          run,
          "sh",
          "-c",
          "(cd /; env -i \"$(command -v setsid)\" sleep 600 </dev/null >/dev/null 2>&1 & echo $!)"
              + " >ready; sleep 600");
      List<Long> pids = fixture.pids(run, "ready");
      assertThat(pids).hasSize(1).allMatch(RunFixture::lives);

      StopReport report = fixture.manager.stop(run, Duration.ZERO);

      assertThat(report.survivors()).isZero();
      RunFixture.assertDead(pids);
    }
  }

  /** A process that replaces its program shows no environment for a moment. */
  @ParameterizedTest
  @EnumSource
  void processThatReplacesItselfAgainAndAgainIsCaught(Holding holding) throws Exception {
    try (RunFixture fixture = new RunFixture(temporary, holding)) {
      for (int round = 0; round < 3 * ROUNDS; round++) {
        RunId run = fixture.newRun();
        fixture.startScript(
            run,
            """
            cat >replacing <<'END'
            trap '' TERM
            echo >beat
            [ $1 -gt 0 ] && exec sh ./replacing $(($1 - 1))
            END
            (setsid sh ./replacing 20000 >/dev/null 2>&1 &)
            while [ ! -e beat ]; do sleep 0.01; done
            echo >ready
            sleep 20
            """);

        StopReport report = fixture.manager.stop(run, Duration.ZERO);

        assertThat(report.survivors()).as("%s", report).isZero();
        Path beat = fixture.workspace(run).resolve("beat");
        Files.deleteIfExists(beat);
        for (int i = 0; i < 20; i++) {
          assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
        }
        assertThat(beat).as("made again").doesNotExist();
      }
    }
  }

  /** Processes that fork and end, each child at once again, and by what they can be known. */
  enum Hopper {
    WITHIN_THE_SESSION("perl", "", ""),
    TO_A_NEW_SESSION("perl", "", "setsid();"),
    WITHIN_THE_SESSION_WITHOUT_ENVIRONMENT(
        "env -i perl", "close(STDOUT); close(STDERR); open(STDOUT,\">/dev/null\");", ""),
    TO_A_NEW_SESSION_WITH_THE_LOG_ALONE("env -i perl", "", "setsid();"),
    TO_A_NEW_SESSION_WITH_THE_LOG_AT_ANOTHER_DESCRIPTOR(
        "env -i perl", "open(LOG,\">&STDOUT\"); close(STDOUT); close(STDERR);", "setsid();");

    private final String script;

    Hopper(String program, String first, String atEachHop) {
      script =
          program
              + " -MPOSIX -e '$SIG{TERM}=\"IGNORE\"; $end=time+20; "
              + first
              + " open(F,\">>ready\"); syswrite(F,\"1\\n\"); close F;"
              + " while(time<$end){ if(fork){POSIX::_exit(0)} "
              + atEachHop
              + " open(F,\">beat.$ARGV[0]\"); close F }' ";
    }
  }

  /** They end by themselves after 20 s, which is longer than any stop may take. */
  private static void catchHoppers(RunFixture fixture, int count, Hopper hopper) throws Exception {
    RunId run = fixture.newRun();
    StringBuilder script = new StringBuilder("trap '' TERM; ");
    for (int i = 0; i < count; i++) {
      script.append(hopper.script).append(i).append(" & ");
    }
    fixture.startScript(
        run,
        script
            + "wait; while [ $(wc -l <ready) -lt "
            + count
            + " ]; do sleep 0.01; done; echo 1 >all; sleep 20");
    fixture.awaitFile(run, "all");

    StopReport report = fixture.manager.stop(run, Duration.ZERO);

    assertThat(report.survivors()).as("%s", report).isZero();
    for (int i = 0; i < count; i++) {
      Files.deleteIfExists(fixture.workspace(run).resolve("beat." + i));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(RunFixture.withEnvironmentOf(run)).isEmpty();
    }
    // Each hop would have made its file again.
    assertThat(fixture.workspace(run)).isDirectoryNotContaining("glob:**/beat.*");
  }
}
