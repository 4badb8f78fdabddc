package dev.agentgate.runtime;

import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentPrograms;
import dev.agentgate.agent.Agents;
import dev.agentgate.agent.Agents.Agent;
import dev.agentgate.agent.Price;
import dev.agentgate.agent.Prices;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.agent.SecretVariables;
import dev.agentgate.config.GitConfig;
import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.PriceConfig;
import dev.agentgate.config.Settings;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.execution.HostResources;
import dev.agentgate.execution.PortableFiles;
import dev.agentgate.execution.RunOutputs;
import dev.agentgate.execution.local.AgentLauncher;
import dev.agentgate.execution.local.AgentOutputs;
import dev.agentgate.execution.local.LeaseFile;
import dev.agentgate.execution.local.LinuxHostResources;
import dev.agentgate.execution.local.LinuxProcessManager;
import dev.agentgate.execution.local.LocalExecutor;
import dev.agentgate.execution.local.OrderHomes;
import dev.agentgate.execution.local.RunWorkspaces;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.linux.SteadyClock;
import dev.agentgate.ops.RunTraces;
import dev.agentgate.output.LogCapper;
import dev.agentgate.output.RunDirectories;
import dev.agentgate.output.RunFiles;
import dev.agentgate.output.RunFilesTransfer;
import dev.agentgate.output.RunLogNotes;
import dev.agentgate.queue.LeaseSettings;
import dev.agentgate.queue.QueueModule;
import dev.agentgate.runtime.check.StartChecks;
import dev.agentgate.store.Store;
import dev.agentgate.store.file.FileStore;
import dev.agentgate.workspace.CheckedSourceParser;
import dev.agentgate.workspace.CheckoutExtras;
import dev.agentgate.workspace.GitWorkspaces;
import dev.agentgate.workspace.LocalRoots;
import dev.agentgate.workspace.WorkspaceCommits;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parts that the queue is built on: the store, the processes, the workspaces, the clock. They
 * are built once the checks have passed. The parts that other classes than the queue use are beans.
 */
@Singleton
class Foundation {
  private final Path data;
  private final Store store;
  private final QueueModule.Outside outside;
  private final LogCapper logCapper;
  private final PortableFiles portableFiles;
  private final SecretMask mask;
  private final GitWorkspaces workspaces;

  Foundation(
      Settings settings,
      MigrationStart migration,
      StartChecks checks,
      RunTraces traces,
      StoreOpening opening) {
    migration.workIfAsked();
    checks.enforce();
    Clock clock = new SteadyClock();
    data = Path.of(settings.dataDir()).normalize();
    store = opening.open(data, clock);
    RunDirectories directories = new RunDirectories(data.resolve("runs"));
    portableFiles = new RunFilesTransfer(directories);
    logCapper = new LogCapper(directories, settings.run().logMaxSize().asLongValue());
    GithubConfig github = settings.github();
    GitHubHost host = new GitHubHost(github.baseUrl());
    WorkspaceConfig workspace = settings.workspace();
    LocalRoots roots =
        new LocalRoots(workspace.localRoots().orElse(List.of()).stream().map(Path::of).toList());
    workspaces =
        new GitWorkspaces(
            data.resolve("workspaces"),
            host,
            github.token(),
            roots,
            new CheckoutExtras(workspace.submodules(), workspace.lfs()),
            new RunLogNotes(directories)::add,
            clock);
    Agents agents = agents(settings, data.resolve("agents"));
    OrderHomes homes = homes(settings, data.resolve("homes"));
    mask = new SecretMask(secrets(settings, opening, agents));
    Optional<LeaseFile> lease = leaseFile();
    LinuxProcessManager processes = new LinuxProcessManager(directories, clock, lease);
    outside =
        new QueueModule.Outside(
            store,
            new LocalExecutor(
                processes,
                new AgentLauncher(processes, directories, agents, homes, traces),
                directories,
                new RunWorkspaces(
                    workspaces,
                    workspaces,
                    homes,
                    directories,
                    settings.run().patchMaxSize().asLongValue()),
                logCapper,
                new AgentOutputs(agents, mask, clock),
                clock),
            new RunFiles(directories, logCapper::droppedBytes, logCapper::log),
            workspaces,
            new CheckedSourceParser(host, github.owner(), roots),
            agents,
            new LinuxHostResources(data),
            clock,
            lease.map(file -> new LeaseSettings(settings.store().lease(), file)));
  }

  /** The deadline of all runs, if other instances may use the store. */
  private Optional<LeaseFile> leaseFile() {
    return store.instances().shared()
        ? Optional.of(new LeaseFile(data.toAbsolutePath().resolve("lease")))
        : Optional.empty();
  }

  /**
   * @param files a directory for files that agents read
   */
  private static Agents agents(Settings settings, Path files) {
    AgentEnvironment environment =
        new AgentEnvironment(System.getenv(), gitIdentity(settings.git()));
    AgentProfiles profiles = new AgentProfiles(files, environment);
    Map<String, Agent> agents = new LinkedHashMap<>();
    settings
        .agents()
        .forEach((type, agent) ->
            agents.put(type, new Agent(profiles.of(type, agent), agent.enabled())));
    return new Agents(agents, environment, prices(settings.prices()));
  }

  private static OrderHomes homes(Settings settings, Path root) {
    Map<String, Optional<Path>> templates = new HashMap<>();
    settings
        .agents()
        .forEach((type, agent) -> {
          if (agent.home().equals("order")) {
            templates.put(type, agent.homeTemplate().map(Path::of));
          }
        });
    return new OrderHomes(root, templates);
  }

  private static Prices prices(Map<String, PriceConfig> settings) {
    Map<String, Price> prices = new HashMap<>();
    settings.forEach((model, price) ->
        prices.put(
            model,
            new Price(
                price.inputUsd().orElseThrow(),
                price.cachedInputUsd(),
                price.outputUsd().orElseThrow())));
    return new Prices(prices);
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

  /** The service's own secrets, and the secrets among the variables that agents see. */
  private static Set<String> secrets(Settings settings, StoreOpening opening, Agents agents) {
    Set<String> secrets = new HashSet<>();
    settings.auth().apiKey().ifPresent(secrets::add);
    settings.github().token().ifPresent(secrets::add);
    settings.webhooks().secret().ifPresent(secrets::add);
    opening.databasePassword().ifPresent(secrets::add);
    secrets.addAll(SecretVariables.secretsIn(agents.seenVariables()));
    return secrets;
  }

  /** Releases what the parts hold, except the store, which {@link Lifecycle} closes. */
  @PreDestroy
  void close() {
    outside.executor().close();
    logCapper.close();
  }

  /** The data directory. */
  Path data() {
    return data;
  }

  /** The files of runs in the data directory, which can be moved to other instances and back. */
  PortableFiles portableFiles() {
    return portableFiles;
  }

  /** The mask that hides secrets in what agents write. */
  SecretMask mask() {
    return mask;
  }

  /** What makes commits of workspaces. */
  WorkspaceCommits commits() {
    return workspaces;
  }

  QueueModule.Outside outside() {
    return outside;
  }

  @Produces
  @Singleton
  Store store() {
    return store;
  }

  /** The store, if it is in files. */
  @Produces
  @Singleton
  Optional<FileStore> fileStore() {
    return store instanceof FileStore files ? Optional.of(files) : Optional.empty();
  }

  @Produces
  @Singleton
  Agents agents() {
    return outside.agents();
  }

  @Produces
  @Singleton
  AgentPrograms agentPrograms() {
    return new AgentPrograms(outside.agents());
  }

  @Produces
  @Singleton
  RunOutputs outputs() {
    return outside.outputs();
  }

  @Produces
  @Singleton
  HostResources host() {
    return outside.host();
  }
}
