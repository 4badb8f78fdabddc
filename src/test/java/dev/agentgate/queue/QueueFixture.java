package dev.agentgate.queue;

import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentVariables;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.linux.HostResources;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.WorkspaceFailedException;
import dev.agentgate.workspace.WorkspaceSourceInput;
import dev.agentgate.workspace.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A queue on fakes: orders in memory, processes that end when the test says so. */
final class QueueFixture implements AutoCloseable {
  final InMemoryStore store;
  final FakeProcesses processes;
  final FakeWorkspaces workspaces = new FakeWorkspaces();
  final SettableClock clock;
  final FakeHost host = new FakeHost();
  final QueueModule queue;
  final Path directory;

  QueueFixture(Path directory, UnaryOperator<QueueSettings> change) {
    this(directory, change, new InMemoryStore(), new FakeProcesses(), new SettableClock());
  }

  /** A service that finds what another one left. */
  QueueFixture(
      Path directory,
      UnaryOperator<QueueSettings> change,
      InMemoryStore store,
      FakeProcesses processes,
      SettableClock clock) {
    this.directory = directory;
    this.store = store;
    this.processes = processes;
    this.clock = clock;
    QueueSettings defaults =
        new QueueSettings(
            true,
            2,
            Duration.ZERO,
            0,
            0,
            1000,
            0,
            false,
            Duration.ofHours(1),
            Duration.ofMillis(200),
            "shell",
            Duration.ofMinutes(30),
            10);
    queue =
        new QueueModule(
            change.apply(defaults),
            new QueueModule.Outside(
                store,
                processes,
                new RunDirectories(directory.resolve("runs")),
                workspaces,
                directory.resolve("workspaces"),
                input ->
                    input
                        .repo()
                        .<WorkspaceSource>map(
                            name -> new WorkspaceSource.GitHub("acme", name, Optional.empty()))
                        .orElseGet(WorkspaceSource.Empty::new),
                new Agents(
                    Map.of("shell", new Agent(List.of("sh", "{promptFile}"), Set.of(), true))),
                Map.of("PATH", "/usr/bin:/bin"),
                AgentVariables.NONE,
                new LogCapper(new RunDirectories(directory.resolve("runs")), 1 << 20),
                host,
                clock),
            Optional.empty());
  }

  QueueFixture open() {
    queue.manager().recover();
    queue.manager().open();
    return this;
  }

  WorkOrderService service() {
    return queue.service();
  }

  WorkOrderId submit() {
    return submit(order -> order);
  }

  WorkOrderId submit(UnaryOperator<Wish> change) {
    return service().submit(change.apply(new Wish()).toOrder()).order().order().id();
  }

  WorkOrder order(WorkOrderId id) {
    return service().get(id).order();
  }

  RunId awaitRunning(WorkOrderId id) {
    awaitStatus(id, WorkOrderStatus.RUNNING);
    RunId run = order(id).currentRun().orElseThrow();
    await().until(() -> processes.count(run) == 1);
    return run;
  }

  void awaitStatus(WorkOrderId id, WorkOrderStatus status) {
    await().atMost(Duration.ofSeconds(5)).until(() -> order(id).status() == status);
  }

  @Override
  public void close() {
    queue.manager().close();
    queue.drain().drain(Duration.ZERO);
  }

  /** What a test asks for. */
  record Wish(
      int priority,
      Optional<Duration> maxTime,
      Optional<Duration> idleTimeout,
      Optional<Duration> queueTtl,
      int maxAttempts,
      Optional<String> repository) {
    Wish() {
      this(0, Optional.empty(), Optional.empty(), Optional.empty(), 1, Optional.empty());
    }

    Wish repository(String value) {
      return new Wish(priority, maxTime, idleTimeout, queueTtl, maxAttempts, Optional.of(value));
    }

    Wish priority(int value) {
      return new Wish(value, maxTime, idleTimeout, queueTtl, maxAttempts, repository);
    }

    Wish maxTime(Duration value) {
      return new Wish(priority, Optional.of(value), idleTimeout, queueTtl, maxAttempts, repository);
    }

    Wish idleTimeout(Duration value) {
      return new Wish(priority, maxTime, Optional.of(value), queueTtl, maxAttempts, repository);
    }

    Wish queueTtl(Duration value) {
      return new Wish(priority, maxTime, idleTimeout, Optional.of(value), maxAttempts, repository);
    }

    Wish maxAttempts(int value) {
      return new Wish(priority, maxTime, idleTimeout, queueTtl, value, repository);
    }

    SubmitOrder toOrder() {
      return new SubmitOrder(
          "true",
          Optional.of("shell"),
          new WorkspaceSourceInput(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              repository,
              Optional.empty(),
              Optional.empty(),
              Optional.empty()),
          maxTime,
          idleTimeout,
          queueTtl,
          OptionalInt.of(maxAttempts),
          Set.of(),
          OptionalInt.empty(),
          priority,
          Map.of(),
          Optional.empty());
    }
  }

  /** Memory and disk that the test sets. */
  static final class FakeHost implements HostResources {
    volatile long memory = Long.MAX_VALUE;
    volatile long disk = Long.MAX_VALUE;
    volatile long openDescriptors = 100;

    @Override
    public long availableMemory() {
      return memory;
    }

    @Override
    public long freeDisk() {
      return disk;
    }

    @Override
    public long freeInodes() {
      return Long.MAX_VALUE;
    }

    @Override
    public long openDescriptors() {
      return openDescriptors;
    }

    @Override
    public long maxDescriptors() {
      return 1_000;
    }

    @Override
    public long freeTasks() {
      return Long.MAX_VALUE;
    }
  }

  /** Directories without git, and a checkout that blocks where the test wants it to. */
  final class FakeWorkspaces implements Workspaces {
    private final Set<RunId> removed = ConcurrentHashMap.newKeySet();
    volatile @Nullable CountDownLatch gate;
    volatile @Nullable String failure;

    /** Whether no workspace can be removed. */
    volatile boolean stuck;

    /** Whose workspaces cannot be removed. */
    final Set<RunId> resisting = ConcurrentHashMap.newKeySet();

    Set<RunId> removed() {
      return Set.copyOf(removed);
    }

    @Override
    public Path prepare(RunId run, WorkspaceSource source, Duration limit)
        throws WorkspaceFailedException, InterruptedException {
      CountDownLatch closed = gate;
      if (closed != null) {
        closed.await();
      }
      if (failure != null) {
        throw new WorkspaceFailedException(failure);
      }
      try {
        Files.createDirectories(locate(run, source));
      } catch (IOException e) {
        throw new WorkspaceFailedException("No directory", e);
      }
      return locate(run, source);
    }

    @Override
    public Path locate(RunId run, WorkspaceSource source) {
      return directory.resolve("workspaces").resolve(run.value());
    }

    @Override
    public Optional<Object> identify(WorkspaceSource.Local source) {
      return Optional.of(Path.of(source.path()));
    }

    @Override
    public boolean remove(RunId run) {
      if (stuck || resisting.contains(run)) {
        return false;
      }
      removed.add(run);
      return true;
    }

    @Override
    public int removeUnusedMirrors(Duration age) {
      return 0;
    }
  }
}
