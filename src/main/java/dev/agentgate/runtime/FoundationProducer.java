package dev.agentgate.runtime;

import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.config.GitConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.config.StartRefusedException;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.execution.Executor;
import dev.agentgate.execution.local.AgentLauncher;
import dev.agentgate.execution.local.LinuxProcessManager;
import dev.agentgate.execution.local.LocalExecutor;
import dev.agentgate.linux.HostResources;
import dev.agentgate.linux.LinuxHostResources;
import dev.agentgate.linux.SteadyClock;
import dev.agentgate.ops.RunTraces;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunLogNotes;
import dev.agentgate.runtime.check.StartChecks;
import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.workorder.QueueEntry;
import dev.agentgate.workspace.CheckedSourceParser;
import dev.agentgate.workspace.CheckoutExtras;
import dev.agentgate.workspace.GitHubHost;
import dev.agentgate.workspace.GitWorkspaces;
import dev.agentgate.workspace.LocalRoots;
import dev.agentgate.workspace.WorkspaceSourceParser;
import dev.agentgate.workspace.Workspaces;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the queue stands on, as beans: the store, the processes, the workspaces, the clock. */
@Singleton
class FoundationProducer {
  /** The names that the manual gives to the parts of the data directory. */
  private static final String RUNS = "runs";

  private static final String WORKSPACES = "workspaces";

  /** {@code EX_CANTCREAT} of sysexits.h. */
  private static final int NO_DATA_DIRECTORY = 73;

  private static final String WEBHOOKS = "webhooks";

  private final Settings settings;

  FoundationProducer(Settings settings) {
    this.settings = settings;
  }

  /** Absolute. */
  private static Path dataDirectory(Settings settings) {
    return Path.of(settings.dataDir()).toAbsolutePath().normalize();
  }

  static Path workspacesRoot(Settings settings) {
    return dataDirectory(settings).resolve(WORKSPACES);
  }

  static Path webhooksRoot(Settings settings) {
    return dataDirectory(settings).resolve(WEBHOOKS);
  }

  @Produces
  @Singleton
  Clock clock() {
    return new SteadyClock();
  }

  @Produces
  @Singleton
  FileStore store(StartChecks checks, Clock clock) {
    checks.enforce();
    try {
      return FileStore.open(
          dataDirectory(settings), clock, QueueEntry.order(settings.queue().priorityAging()));
    } catch (StoreUnavailableException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()), NO_DATA_DIRECTORY);
    }
  }

  @Produces
  @Singleton
  RunDirectories runDirectories(Store openedFirst) {
    return new RunDirectories(dataDirectory(settings).resolve(RUNS));
  }

  @Produces
  @Singleton
  Executor executor(
      RunDirectories directories,
      Workspaces workspaces,
      Agents agents,
      RunTraces traces,
      LogCapper logCapper,
      Clock clock) {
    LinuxProcessManager processes = new LinuxProcessManager(directories, clock);
    return new LocalExecutor(
        processes,
        new AgentLauncher(processes, directories, agents, traces),
        directories,
        workspaces,
        logCapper,
        clock);
  }

  void close(@Disposes Executor executor) {
    executor.close();
  }

  @Produces
  @Singleton
  LogCapper logCapper(RunDirectories directories) {
    return new LogCapper(directories, settings.run().logMaxSize().asLongValue());
  }

  void close(@Disposes LogCapper capper) {
    capper.close();
  }

  @Produces
  @Singleton
  AgentEnvironment agentEnvironment() {
    // Read when the service starts: a constant would hold the builder's in a native image.
    return new AgentEnvironment(System.getenv(), gitIdentity(settings.git()));
  }

  private static Map<String, String> gitIdentity(GitConfig git) {
    return Map.of(
        "GIT_AUTHOR_NAME",
        git.authorName(),
        "GIT_AUTHOR_EMAIL",
        git.authorEmail(),
        "GIT_COMMITTER_NAME",
        git.authorName(),
        "GIT_COMMITTER_EMAIL",
        git.authorEmail());
  }

  @Produces
  @Singleton
  Agents agents(AgentEnvironment environment, StartChecks checks) {
    checks.enforce();
    AgentProfiles profiles =
        new AgentProfiles(Path.of(settings.dataDir()).resolve("agents"), environment);
    Map<String, Agent> agents = new LinkedHashMap<>();
    settings
        .agents()
        .forEach((type, agent) ->
            agents.put(type, new Agent(profiles.of(type, agent), agent.enabled())));
    return new Agents(agents, environment);
  }

  @Produces
  @Singleton
  LocalRoots localRoots() {
    return new LocalRoots(
        settings.workspace().localRoots().orElse(List.of()).stream().map(Path::of).toList());
  }

  @Produces
  @Singleton
  GitHubHost gitHubHost(StartChecks checks) {
    checks.enforce();
    return new GitHubHost(settings.github().baseUrl());
  }

  @Produces
  @Singleton
  WorkspaceSourceParser sources(GitHubHost host, LocalRoots roots) {
    return new CheckedSourceParser(host, settings.github().owner(), roots);
  }

  @Produces
  @Singleton
  Workspaces workspaces(
      GitHubHost host, LocalRoots roots, RunDirectories directories, Clock clock) {
    WorkspaceConfig workspace = settings.workspace();
    return new GitWorkspaces(
        workspacesRoot(settings),
        host,
        settings.github().token(),
        roots,
        new CheckoutExtras(workspace.submodules(), workspace.lfs()),
        new RunLogNotes(directories)::add,
        clock);
  }

  @Produces
  @Singleton
  HostResources host(Store openedFirst) {
    return new LinuxHostResources(dataDirectory(settings));
  }
}
