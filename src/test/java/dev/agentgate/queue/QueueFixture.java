package dev.agentgate.queue;

import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.AgentCommands;
import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.Prices;
import dev.agentgate.execution.FakeExecutor;
import dev.agentgate.execution.HostResources;
import dev.agentgate.execution.StopReport;
import dev.agentgate.linux.FullDisk;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFiles;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.store.InMemoryStore;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.SettableClock;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.IdempotencyKey;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderState.Running;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.DirectoryIdentity;
import dev.agentgate.workspace.WorkspaceRetention;
import dev.agentgate.workspace.WorkspaceRetention.Keep;
import dev.agentgate.workspace.WorkspaceSourceInput;
import dev.agentgate.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A queue on fakes: orders in memory, processes that end when the test says so. */
final class QueueFixture implements AutoCloseable {
  /** There are no others. */
  static final Peers NO_PEERS =
      new Peers() {
        @Override
        public StopReport cancel(InstanceInfo owner, WorkOrderId order) {
          throw Peers.unreachable(owner);
        }

        @Override
        public void removeFiles(InstanceInfo keeper, WorkOrderId order) {
          throw Peers.unreachable(keeper);
        }
      };

  private static final Agent AGENT = agent(OutputFormat.TEXT);
  private static final Agent CLAUDE = agent(OutputFormat.CLAUDE_STREAM_JSON);
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  final InMemoryStore store;
  final FakeExecutor executor;
  final SettableClock clock;
  final FakeHost host = new FakeHost();
  final FakeWorkspaces workspaces;
  final QueueModule queue;
  final Path directory;

  QueueFixture(Path directory, UnaryOperator<QueueSettings> change) {
    this(directory, change, new SettableClock());
  }

  private QueueFixture(Path directory, UnaryOperator<QueueSettings> change, SettableClock clock) {
    this(directory, change, new InMemoryStore(clock), new FakeExecutor(), clock);
  }

  /** A service that finds what another one left. */
  QueueFixture(
      Path directory,
      UnaryOperator<QueueSettings> change,
      InMemoryStore store,
      FakeExecutor executor,
      SettableClock clock) {
    this(directory, change, store, executor, clock, ENVIRONMENT, Optional.empty(), NO_PEERS);
  }

  /** An instance that shares its store with others. */
  QueueFixture(Path directory, InMemoryStore store, SettableClock clock, LeaseSettings lease) {
    this(
        directory,
        settings -> settings,
        store,
        new FakeExecutor(),
        clock,
        ENVIRONMENT,
        Optional.of(lease),
        NO_PEERS);
  }

  /** A service that finds what another one left, with another environment. */
  QueueFixture(
      Path directory,
      UnaryOperator<QueueSettings> change,
      InMemoryStore store,
      FakeExecutor executor,
      SettableClock clock,
      Map<String, String> environment) {
    this(directory, change, store, executor, clock, environment, Optional.empty(), NO_PEERS);
  }

  /** One of several services that share a store, by its name. */
  static QueueFixture named(
      String name, Path directory, InMemoryStore store, SettableClock clock, Peers peers) {
    return new QueueFixture(
        directory.resolve(name),
        settings -> settings,
        store.openedBy(new InstanceId(name)),
        new FakeExecutor(),
        clock,
        ENVIRONMENT,
        Optional.empty(),
        peers);
  }

  /** One of several services. */
  QueueFixture(
      Path directory,
      UnaryOperator<QueueSettings> change,
      InMemoryStore store,
      FakeExecutor executor,
      SettableClock clock,
      Map<String, String> environment,
      Optional<LeaseSettings> lease,
      Peers peers) {
    this.directory = directory;
    this.workspaces = new FakeWorkspaces(directory.resolve("workspaces"));
    this.store = store;
    this.executor = executor;
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
            10,
            Optional.empty(),
            new WorkspaceRetention(Keep.ALWAYS, OptionalLong.empty()),
            DailyBudgets.NONE);
    queue =
        new QueueModule(
            change.apply(defaults),
            new QueueModule.Outside(
                store,
                executor,
                runFiles(new RunDirectories(directory.resolve("runs"))),
                workspaces,
                input ->
                    input
                        .repo()
                        .<WorkspaceSource>map(
                            name -> new WorkspaceSource.GitHub("acme", name, Optional.empty()))
                        .orElseGet(WorkspaceSource.Empty::new),
                new Agents(
                    Map.of("shell", AGENT, "other", AGENT, "claude", CLAUDE),
                    new AgentEnvironment(environment, Map.of()),
                    Prices.NONE),
                host,
                clock,
                lease),
            peers);
  }

  private static RunFiles runFiles(RunDirectories directories) {
    return new RunFiles(directories, () -> 0, run -> new RunLogFile(directories.of(run)));
  }

  private static Agent agent(OutputFormat format) {
    return new Agent(
        new AgentProfile(
            AgentCommands.of(List.of("sh", "{promptFile}")),
            format,
            AgentEnvironment.Visibility.USUAL),
        true);
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

  WorkOrderId submit(UnaryOperator<Request> change) {
    return service().submit(change.apply(new Request()).toOrder()).order().order().id();
  }

  WorkOrderId submitTo(String agentType) {
    return service().submit(new Request().toOrder(agentType)).order().order().id();
  }

  /** Submits an order for a repository, or for an empty workspace. */
  WorkOrderId submit(Optional<String> repository, Optional<PublishRequest> publish) {
    Request request = new Request();
    SubmitOrder order =
        repository
            .map(request::repository)
            .orElse(request)
            .toOrder("shell", Optional.empty(), publish);
    return service().submit(order).order().order().id();
  }

  WorkOrder order(WorkOrderId id) {
    return service().get(id).order();
  }

  /** Waits until an agent of this instance works on an order; returns its run. */
  RunId awaitRunning(WorkOrderId id) {
    return await().until(() -> livingRun(id), Optional::isPresent).orElseThrow();
  }

  private Optional<RunId> livingRun(WorkOrderId id) {
    return order(id).state() instanceof Running running
        ? Optional.of(running.current().run()).filter(executor::lives)
        : Optional.empty();
  }

  /** Waits until an order has a status and, unless that is running, holds no slot any more. */
  void awaitStatus(WorkOrderId id, WorkOrderStatus status) {
    await()
        .until(() -> {
          WorkOrder order = order(id);
          return order.status() == status
              && (status == WorkOrderStatus.RUNNING
                  || Collections.disjoint(order.runs(), queue.manager().awaitClaims()));
        });
  }

  /** Waits until the record of a run says that it is running; it is not written again soon. */
  void awaitRecord(RunId run) {
    await().until(() -> store.find(run).orElseThrow().state() instanceof RunState.Running);
  }

  @Override
  public void close() {
    queue.manager().close();
    queue.drain().drain(Duration.ZERO);
  }

  /** What a test asks for. */
  record Request(
      int priority,
      Optional<Duration> maxTime,
      Optional<Duration> idleTimeout,
      Optional<Duration> queueTtl,
      int maxAttempts,
      Optional<String> repository,
      AgentChoices choices) {
    Request() {
      this(
          0,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          1,
          Optional.empty(),
          AgentChoices.NONE);
    }

    Request choices(AgentChoices value) {
      return new Request(priority, maxTime, idleTimeout, queueTtl, maxAttempts, repository, value);
    }

    Request repository(String value) {
      return new Request(
          priority, maxTime, idleTimeout, queueTtl, maxAttempts, Optional.of(value), choices);
    }

    Request priority(int value) {
      return new Request(value, maxTime, idleTimeout, queueTtl, maxAttempts, repository, choices);
    }

    Request maxTime(Duration value) {
      return new Request(
          priority, Optional.of(value), idleTimeout, queueTtl, maxAttempts, repository, choices);
    }

    Request idleTimeout(Duration value) {
      return new Request(
          priority, maxTime, Optional.of(value), queueTtl, maxAttempts, repository, choices);
    }

    Request queueTtl(Duration value) {
      return new Request(
          priority, maxTime, idleTimeout, Optional.of(value), maxAttempts, repository, choices);
    }

    Request maxAttempts(int value) {
      return new Request(priority, maxTime, idleTimeout, queueTtl, value, repository, choices);
    }

    SubmitOrder toOrder() {
      return toOrder("shell");
    }

    SubmitOrder toOrder(String agentType) {
      return toOrder(agentType, Optional.empty(), Optional.empty());
    }

    SubmitOrder toOrder(
        String agentType, Optional<IdempotencyKey> key, Optional<PublishRequest> publish) {
      return new SubmitOrder(
          "true",
          Optional.of(agentType),
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
          Optional.empty(),
          choices,
          priority,
          Map.of(),
          key,
          publish);
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
    public boolean isFullDisk(Throwable failure) {
      return FullDisk.isBehind(failure);
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

  /** Where orders would work; the executor is a fake and prepares nothing. */
  static final class FakeWorkspaces implements Workspaces {
    /** The sizes of workspaces that are there without a directory. */
    final Map<RunId, Long> sizes = new ConcurrentHashMap<>();

    private final Path root;

    private FakeWorkspaces(Path root) {
      this.root = root;
    }

    @Override
    public Path prepare(RunId run, WorkspaceSource source, Duration limit) {
      throw new IllegalStateException("The executor prepares workspaces");
    }

    @Override
    public Path locate(RunId run, WorkspaceSource source) {
      throw new IllegalStateException("The executor prepares workspaces");
    }

    @Override
    public Optional<DirectoryIdentity> identify(WorkspaceSource.Local source) {
      List<Object> above = new ArrayList<>();
      for (Path at = Path.of(source.path()); at != null; at = at.getParent()) {
        above.add(at);
      }
      return Optional.of(new DirectoryIdentity(above));
    }

    @Override
    public boolean remove(RunId run) {
      throw new IllegalStateException("The executor removes workspaces");
    }

    @Override
    public boolean isOlder(RunId run, Instant than) {
      return Instant.ofEpochMilli(root.resolve(run.value()).toFile().lastModified()).isBefore(than);
    }

    @Override
    public Set<RunId> list() {
      Set<RunId> runs = new HashSet<>(sizes.keySet());
      String[] directories = root.toFile().list();
      for (String name : directories == null ? new String[0] : directories) {
        RunId.parse(name).ifPresent(runs::add);
      }
      return runs;
    }

    @Override
    public long size(RunId run) {
      return sizes.getOrDefault(run, 0L);
    }

    @Override
    public int removeUnusedMirrors(Duration age) {
      return 0;
    }
  }
}
