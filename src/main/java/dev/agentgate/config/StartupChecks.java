package dev.agentgate.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the configuration, all of it at once, so that an operator fixes it in one go.
 *
 * <p>Values that do not even parse ({@code max-concurrent=two}) never get here: reading the
 * configuration refuses them, also all at once. No problem shows a secret.
 */
public final class StartupChecks {
  /** The kinds of alert, as {@code agentgate.health.readiness-alerts} names them. */
  public static final Set<String> ALERT_KINDS =
      Set.of(
          "stuck",
          "queue-depth",
          "quarantine",
          "store",
          "survivors",
          "memory",
          "disk",
          "resources");

  /** The longest {@code maxTime} that an order may ask for. */
  private static final Duration LONGEST_RUN = Duration.ofDays(7);

  private static final Duration SHORTEST_AGING = Duration.ofMillis(1);
  private static final Duration LONGEST_AGING = Duration.ofDays(365);

  /** The statuses of an order, as {@code agentgate.webhooks.statuses} names them. */
  static final Set<String> STATUSES =
      Set.of("queued", "running", "completed", "failed", "cancelled");

  private static final int SHORTEST_SECRET = 16;

  private static final Set<String> REMOTE_SCHEMES = Set.of("https", "http", "ssh");
  private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * One thing to fix.
   *
   * @param key the configuration key
   * @param reason what is wrong with its value
   * @param remedy what to do
   */
  public record Problem(String key, String reason, String remedy) {
    @Override
    public String toString() {
      String problem = key + " " + reason + ": " + remedy;
      return key.startsWith(ConfigurationKeys.PREFIX)
          ? problem + " [" + ConfigurationKeys.variableOf(key) + "]"
          : problem;
    }
  }

  private final DataConfig data;
  private final AuthConfig auth;
  private final GithubConfig github;
  private final WorkspaceConfig workspace;
  private final QueueConfig queue;
  private final RunConfig run;
  private final ShutdownConfig shutdown;
  private final HealthConfig health;
  private final MaintenanceConfig maintenance;
  private final WebhooksConfig webhooks;
  private final List<Problem> problems = new ArrayList<>();

  private StartupChecks(
      DataConfig data,
      AuthConfig auth,
      GithubConfig github,
      WorkspaceConfig workspace,
      QueueConfig queue,
      RunConfig run,
      ShutdownConfig shutdown,
      HealthConfig health,
      MaintenanceConfig maintenance,
      WebhooksConfig webhooks) {
    this.data = data;
    this.auth = auth;
    this.github = github;
    this.workspace = workspace;
    this.queue = queue;
    this.run = run;
    this.shutdown = shutdown;
    this.health = health;
    this.maintenance = maintenance;
    this.webhooks = webhooks;
  }

  /**
   * Names variables that look like the service's and set nothing: most likely a slip of the pen.
   *
   * @param variables names of an environment
   */
  public static List<String> unknownVariables(Collection<String> variables) {
    return ConfigurationKeys.unknown(variables);
  }

  /**
   * Names variables of the service whose values the process could not read.
   *
   * @param environment of the process
   */
  public static List<Problem> undecodedVariables(Map<String, String> environment) {
    return ConfigurationKeys.undecoded(environment).stream()
        .map(name ->
            new Problem(
                name,
                "has bytes that are no text in this locale",
                "write it in UTF-8, and start the service with LC_ALL=C.UTF-8"))
        .toList();
  }

  /**
   * Checks everything; looks at the file system, changes nothing.
   *
   * @return first the values that are not of their form, then the other problems in the order of
   *     the manual; empty: the service may start
   */
  public static List<Problem> problems(
      Config config,
      DataConfig data,
      AuthConfig auth,
      GithubConfig github,
      WorkspaceConfig workspace,
      QueueConfig queue,
      RunConfig run,
      ShutdownConfig shutdown,
      HealthConfig health,
      MaintenanceConfig maintenance,
      WebhooksConfig webhooks) {
    StartupChecks checks =
        new StartupChecks(
            data, auth, github, workspace, queue, run, shutdown, health, maintenance, webhooks);
    checks.checkAll();
    List<Problem> all = new ArrayList<>(ValueForms.problems(config));
    // What stands in for a value of the wrong form is no value to judge.
    Set<String> malformed = all.stream().map(Problem::key).collect(Collectors.toSet());
    checks.problems.stream()
        .filter(problem -> !malformed.contains(problem.key().replace("\"", "")))
        .forEach(all::add);
    return List.copyOf(all);
  }

  private void checkAll() {
    Optional<Path> dataDir = absolute("agentgate.data-dir", data.dataDir());
    dataDir.ifPresent(this::checkDataDirectory);
    auth.apiKey().ifPresent(this::checkApiKey);
    auth.keysFile().ifPresent(this::checkKeysFile);
    checkBaseUrl(github.baseUrl());
    github.token().ifPresent(this::checkToken);
    workspace.localRoots().orElse(List.of()).forEach(root -> checkLocalRoot(root, dataDir));

    atLeast("agentgate.queue.max-concurrent", queue.maxConcurrent(), 1);
    notNegative("agentgate.queue.stagger-delay", queue.staggerDelay());
    atLeast("agentgate.queue.max-depth", queue.maxDepth(), 1);
    atLeast("agentgate.queue.max-concurrent-per-repository", queue.maxConcurrentPerRepository(), 0);
    queue.priorityAging().ifPresent(this::checkPriorityAging);

    positive("agentgate.run.max-time", run.maxTime());
    if (run.maxTime().compareTo(LONGEST_RUN) > 0) {
      add("agentgate.run.max-time", "is longer than 7 days", "set at most 7d");
    }
    notNegative("agentgate.run.kill-grace", run.killGrace());
    atLeast("agentgate.run.log-max-size", run.logMaxSize().asLongValue(), 4096);
    notNegative("agentgate.shutdown.drain-timeout", shutdown.drainTimeout());

    positive("agentgate.health.stuck-threshold", health.stuckThreshold());
    atLeast("agentgate.health.queue-depth-threshold", health.queueDepthThreshold(), 0);
    checkAlertKinds();

    positive("agentgate.maintenance.orphan-cleanup-every", maintenance.orphanCleanupEvery());
    positive("agentgate.maintenance.stale-check-every", maintenance.staleCheckEvery());
    maintenance.retention().ifPresent(kept -> positive("agentgate.maintenance.retention", kept));

    checkWebhooks();

    checkDefaultAgent();
    new TreeMap<>(data.agents()).forEach(this::checkAgent);
  }

  private void checkDataDirectory(Path directory) {
    String key = "agentgate.data-dir";
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      add(key, "names a file (" + directory + ")", "name a directory");
      return;
    }
    if (!isUsable(directory)) {
      add(
          key,
          "cannot be written (" + directory + ")",
          "give it to the service's user, or name another directory");
    }
  }

  /** Whether it is, or can be made, a directory that this user can write to. */
  static boolean isUsable(Path directory) {
    @Nullable Path existing = directory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
  }

  /**
   * HTTP drops blanks around a header's value, and clients disagree on how to send what is not
   * ASCII, so such a key would fit no request.
   */
  private void checkApiKey(String key) {
    if (!key.strip().equals(key)
        || key.isEmpty()
        || key.chars().anyMatch(c -> c < ' ' || c > '~')) {
      add(
          "agentgate.auth.api-key",
          "is blank, begins or ends with a blank, or holds a control character or one that is not"
              + " ASCII",
          "set the key alone, for example what openssl rand -hex 32 says");
    }
  }

  private void checkKeysFile(String name) {
    absolute("agentgate.auth.keys-file", name)
        .filter(file -> !Files.isRegularFile(file) || !Files.isReadable(file))
        .ifPresent(file ->
            add(
                "agentgate.auth.keys-file",
                "names no file that the service's user can read (" + file + ")",
                "create it, a line a key: name role sha256-of-key-in-hex"));
  }

  private void checkBaseUrl(String text) {
    String key = "agentgate.github.base-url";
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      // The text may hold a password, so it is not repeated.
      add(key, "is no URL", "write it like https://github.com");
      return;
    }
    @Nullable String scheme = url.getScheme();
    boolean remote = scheme != null && REMOTE_SCHEMES.contains(scheme) && url.getHost() != null;
    boolean local = "file".equals(scheme) && url.getPath() != null && url.getPath().startsWith("/");
    if (!remote && !local) {
      add(key, "is no https, http, ssh or file URL", "write it like https://github.com");
    } else if (url.getQuery() != null || url.getFragment() != null) {
      add(key, "has a query or a fragment", "end it after the path");
    } else if (!"ssh".equals(scheme) && url.getUserInfo() != null) {
      add(key, "holds a user or a password", "take it out, and set agentgate.github.token");
    }
  }

  private void checkToken(String token) {
    if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      add(
          "agentgate.github.token",
          "holds a blank, a line end or another character that no token has",
          "set the token alone");
    }
  }

  private void checkPriorityAging(Duration span) {
    if (span.compareTo(SHORTEST_AGING) < 0 || span.compareTo(LONGEST_AGING) > 0) {
      add(
          "agentgate.queue.priority-aging",
          "is not between a millisecond and a year",
          "set at least 1ms and at most 365d, or take it out");
    }
  }

  private void checkLocalRoot(String name, Optional<Path> dataDir) {
    String key = "agentgate.workspace.local-roots";
    Optional<Path> root = absolute(key, name);
    if (root.isEmpty()) {
      return;
    }
    if (!Files.isDirectory(root.get())) {
      add(key, "names no directory (" + name + ")", "create it, or take it out");
    } else if (dataDir.isPresent() && dataDir.get().startsWith(root.get())) {
      add(
          key,
          "holds the data directory (" + name + ")",
          "name directories that hold only what agents may change");
    }
  }

  private void checkAlertKinds() {
    Set<String> unknown = new TreeSet<>(health.readinessAlerts().orElse(Set.of()));
    unknown.removeAll(ALERT_KINDS);
    if (!unknown.isEmpty()) {
      add(
          "agentgate.health.readiness-alerts",
          "names no kind of alert: " + String.join(", ", unknown),
          "choose from " + String.join(", ", new TreeSet<>(ALERT_KINDS)));
    }
  }

  private void checkWebhooks() {
    List<String> urls = webhooks.urls().orElse(List.of());
    urls.forEach(this::checkWebhook);
    String secret = "agentgate.webhooks.secret";
    if (webhooks.secret().isEmpty() && !urls.isEmpty()) {
      add(secret, "is not set", "set it: every message is signed with it");
    } else if (webhooks.secret().filter(it -> it.length() < SHORTEST_SECRET).isPresent()) {
      add(secret, "is too short", "set at least " + SHORTEST_SECRET + " random characters");
    }
    Set<String> unknown = new TreeSet<>(webhooks.statuses());
    unknown.removeAll(STATUSES);
    if (!unknown.isEmpty()) {
      add(
          "agentgate.webhooks.statuses",
          "names no status: " + String.join(", ", unknown),
          "choose from " + String.join(", ", new TreeSet<>(STATUSES)));
    }
    positive("agentgate.webhooks.timeout", webhooks.timeout());
    atLeast("agentgate.webhooks.max-attempts", webhooks.maxAttempts(), 1);
  }

  /** The URL may hold a secret, so it is not repeated. */
  private void checkWebhook(String text) {
    String key = "agentgate.webhooks.urls";
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      add(
          key,
          "holds something that is no URL",
          "write it like https://hooks.example.com/agentgate");
      return;
    }
    @Nullable String scheme = url.getScheme();
    if (!("https".equals(scheme) || "http".equals(scheme)) || url.getHost() == null) {
      add(
          key,
          "holds something that is no https or http URL",
          "write it like https://hooks.example.com/agentgate");
    } else if (url.getUserInfo() != null) {
      add(key, "holds a user or a password", "take it out: targets check the signature");
    }
  }

  private void checkDefaultAgent() {
    DataConfig.@Nullable AgentConfig agent = data.agents().get(data.defaultAgent());
    if (agent == null) {
      add(
          "agentgate.default-agent",
          "names no agent (" + data.defaultAgent() + ")",
          "choose from " + String.join(", ", new TreeSet<>(data.agents().keySet())));
    } else if (!agent.enabled()) {
      add(
          "agentgate.default-agent",
          "names an agent that is not enabled (" + data.defaultAgent() + ")",
          "enable it, or choose another");
    }
  }

  private void checkAgent(String type, DataConfig.AgentConfig agent) {
    String key = "agentgate.agents.\"" + type + "\"";
    if (agent.command().filter(it -> !it.getFirst().isBlank()).isEmpty()) {
      add(
          key + ".command",
          "is missing or empty",
          "set the argument list, the program first; or correct the agent's name");
    }
    for (String variable : new TreeSet<>(agent.environmentPassthrough().orElse(Set.of()))) {
      if (!VARIABLE_NAME.matcher(variable).matches()) {
        add(
            key + ".environment-passthrough",
            "holds something that is no variable's name",
            "list names only, separated by commas");
      } else if (variable.startsWith("AGENTGATE_")) {
        add(
            key + ".environment-passthrough",
            "would show an agent the service's own " + variable,
            "take it out");
      }
    }
  }

  private Optional<Path> absolute(String key, String name) {
    try {
      Path path = Path.of(name);
      if (path.isAbsolute()) {
        return Optional.of(path.normalize());
      }
    } catch (InvalidPathException e) {
      add(
          key,
          "is not a path that this locale can express",
          "write an absolute path, and start the service with LC_ALL=C.UTF-8 if it is not ASCII");
      return Optional.empty();
    }
    add(key, "is not absolute (" + name + ")", "write the path from / on; ~ is not expanded");
    return Optional.empty();
  }

  private void atLeast(String key, long value, long least) {
    if (value < least) {
      add(key, "is " + value, "set at least " + least);
    }
  }

  private void positive(String key, Duration value) {
    if (!value.isPositive()) {
      add(key, "is " + value, "set a time above zero, like 10m");
    }
  }

  private void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      add(key, "is " + value, "set zero or more, like 10s");
    }
  }

  private void add(String key, String reason, String remedy) {
    problems.add(new Problem(key, reason, remedy));
  }
}
