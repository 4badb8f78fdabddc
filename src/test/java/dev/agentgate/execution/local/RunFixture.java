package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentTask;
import dev.agentgate.linux.ProcessTree;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process manager with real processes in a temporary directory, and their cleaning away. */
final class RunFixture implements AutoCloseable {
  final RunDirectories directories;
  final LinuxProcessManager manager;
  final Path temporary;
  private final Optional<LeaseFile> lease;
  private final List<RunId> runs = new ArrayList<>();
  private final List<ProcessHandle> others = new ArrayList<>();

  RunFixture(Path temporary, Holding holding) {
    this(temporary, holding, Duration.ofSeconds(10));
  }

  RunFixture(Path temporary, Holding holding, Duration killLimit) {
    this(temporary, holding, killLimit, Optional.empty());
  }

  /** Runs that have a dead man's switch. */
  RunFixture(Path temporary, Holding holding, LeaseFile lease) {
    this(temporary, holding, Duration.ofSeconds(10), Optional.of(lease));
  }

  private RunFixture(
      Path temporary, Holding holding, Duration killLimit, Optional<LeaseFile> lease) {
    this.temporary = temporary;
    this.lease = lease;
    directories = new RunDirectories(temporary.resolve("runs"));
    manager =
        new LinuxProcessManager(
            directories, Clock.systemUTC(), lease, holding == Holding.CGROUP, killLimit);
    assumeTrue(
        holding == Holding.SESSION || manager.usesCgroups(), "This host lends no cgroup to us");
  }

  RunId newRun() {
    RunId run = RunId.next(Instant.now());
    runs.add(run);
    return run;
  }

  Path workspace(RunId run) {
    try {
      return Files.createDirectories(temporary.resolve("workspaces").resolve(run.value()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LaunchRequest request(RunId run, Map<String, String> more, List<String> command) {
    Path workspace = workspace(run);
    WorkOrderId order = WorkOrderId.next(Instant.now());
    Map<String, String> environment =
        new HashMap<>(
            new AgentEnvironment(Map.of("PATH", System.getenv("PATH")), Map.of())
                .of(
                    AgentEnvironment.Visibility.USUAL,
                    new AgentTask(
                        order,
                        run,
                        "",
                        directories.of(run).promptFile(),
                        workspace,
                        AgentChoices.NONE,
                        Optional.empty()),
                    Optional.empty()));
    environment.putAll(more);
    return new LaunchRequest(run, order, command, environment, workspace, Optional.empty());
  }

  /** Takes off the mark that the limit of file locks is. */
  static final String TAKE_OFF_LIMIT = "{ ulimit -w 1 || ulimit -x 1; } 2>/dev/null; ";

  SupervisedProcess start(RunId run, String... command) throws SpawnFailedException {
    return manager.start(request(run, Map.of(), List.of(command)));
  }

  /**
   * Starts a shell script and waits until it has written the file {@code ready}. It has another
   * limit of file locks than the run script gave it, so that the other ties are put to the test.
   */
  SupervisedProcess startScript(RunId run, String script) throws SpawnFailedException {
    SupervisedProcess process = start(run, "sh", "-c", TAKE_OFF_LIMIT + script);
    awaitFile(run, "ready");
    return process;
  }

  void awaitFile(RunId run, String name) {
    Path file = workspace(run).resolve(name);
    await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(file) && Files.size(file) > 0);
  }

  /** The pids that the agent wrote, one a line; they are cleaned away with the fixture. */
  List<Long> pids(RunId run, String name) {
    awaitFile(run, name);
    try {
      List<Long> pids =
          Files.readAllLines(workspace(run).resolve(name)).stream()
              .map(line -> Long.parseLong(line.strip()))
              .toList();
      pids.forEach(this::cleanUp);
      return pids;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a program that belongs to no run. */
  Process outside(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    cleanUp(process.pid());
    return process;
  }

  void cleanUp(long pid) {
    ProcessHandle.of(pid).ifPresent(others::add);
  }

  static boolean lives(long pid) {
    return ProcessTree.read(pid).filter(ProcessTree.Entry::lives).isPresent();
  }

  /** Looks by other means than the manager does, at all that carries the run's id. */
  static List<Long> withEnvironmentOf(RunId run) {
    return ProcessHandle.allProcesses()
        .map(ProcessHandle::pid)
        .filter(RunFixture::lives)
        .filter(pid -> {
          try {
            return Files.readString(
                    Path.of("/proc/" + pid + "/environ"),
                    java.nio.charset.StandardCharsets.ISO_8859_1)
                .contains("AGENTGATE_RUN_ID=" + run.value());
          } catch (IOException e) {
            return false;
          }
        })
        .toList();
  }

  static void assertDead(List<Long> pids) {
    assertThat(pids).isNotEmpty().noneMatch(RunFixture::lives);
  }

  /** Another service that knows nothing of this one but its data. */
  LinuxProcessManager restarted(Holding holding) {
    return new LinuxProcessManager(
        directories, Clock.systemUTC(), lease, holding == Holding.CGROUP, Duration.ofSeconds(10));
  }

  @Override
  public void close() {
    others.forEach(ProcessHandle::destroyForcibly);
    for (RunId run : runs) {
      manager.stop(run, Duration.ZERO);
      manager.release(run);
    }
    manager.close();
  }
}
