package dev.agentgate.queue;

import dev.agentgate.execution.LaunchRequest;
import dev.agentgate.execution.ProcessManager;
import dev.agentgate.execution.SpawnFailedException;
import dev.agentgate.execution.StopReport;
import dev.agentgate.execution.SupervisedProcess;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Processes that end when the test says so. */
final class FakeProcesses implements ProcessManager {
  private final Map<RunId, FakeProcess> processes = new ConcurrentHashMap<>();
  final List<LaunchRequest> launched = new CopyOnWriteArrayList<>();
  volatile @Nullable String spawnFailure;
  volatile int unkillable;

  volatile @Nullable CannotLookException cannotLook;

  final class FakeProcess implements SupervisedProcess {
    private final RunId run;
    private final long startedNanos = System.nanoTime();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile Optional<ExitStatus> exit = Optional.empty();

    FakeProcess(RunId run) {
      this.run = run;
    }

    void end(Optional<ExitStatus> how) {
      exit = how;
      over.countDown();
    }

    boolean lives() {
      return over.getCount() > 0;
    }

    @Override
    public RunId run() {
      return run;
    }

    @Override
    public ProcessIdentity identity() {
      return new ProcessIdentity(4711, 1, "boot");
    }

    @Override
    public Duration age() {
      return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    @Override
    public Optional<ProcessEnd> awaitEnd(Duration timeout) throws InterruptedException {
      CannotLookException unknown = cannotLook;
      if (unknown != null) {
        throw unknown;
      }
      return over.await(timeout.toNanos(), TimeUnit.NANOSECONDS)
          ? Optional.of(new ProcessEnd(exit, Instant.now()))
          : Optional.empty();
    }
  }

  /** Ends the process of a run, which must live. */
  void exit(RunId run, int code) {
    processOf(run).end(Optional.of(new ExitStatus(code)));
  }

  private FakeProcess processOf(RunId run) {
    return Objects.requireNonNull(processes.get(run));
  }

  /** Makes the process of a run vanish. */
  void vanish(RunId run) {
    processOf(run).end(Optional.empty());
  }

  @Override
  public SupervisedProcess start(LaunchRequest request) throws SpawnFailedException {
    if (spawnFailure != null) {
      throw new SpawnFailedException(spawnFailure);
    }
    launched.add(request);
    return processes.computeIfAbsent(request.run(), run -> new FakeProcess(run));
  }

  @Override
  public Optional<SupervisedProcess> adopt(RunId run) {
    return Optional.ofNullable(processes.get(run));
  }

  @Override
  public StopReport stop(RunId run, Duration grace) {
    FakeProcess process = processes.get(run);
    if (process == null || !process.lives()) {
      return new StopReport(false, 0, Duration.ofMillis(1));
    }
    if (unkillable == 0) {
      process.end(Optional.of(new ExitStatus(grace.isZero() ? 137 : 143)));
    }
    return new StopReport(true, unkillable, Duration.ofMillis(1));
  }

  @Override
  public int count(RunId run) {
    FakeProcess process = processes.get(run);
    return process != null && process.lives() ? 1 : 0;
  }

  @Override
  public List<RunId> findRuns() {
    return processes.values().stream().filter(FakeProcess::lives).map(FakeProcess::run).toList();
  }

  @Override
  public boolean resumeLeader(RunId run) {
    return false;
  }

  @Override
  public void release(RunId run) {}

  @Override
  public void close() {}
}
