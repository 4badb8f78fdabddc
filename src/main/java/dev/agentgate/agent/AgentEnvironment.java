package dev.agentgate.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment of agents. An agent sees only those variables of the service that every program
 * needs and those that are passed to it by name, so that the service's secrets stay private.
 */
public final class AgentEnvironment {
  /**
   * Variable names. A name that ends with an asterisk stands for all names that begin with the
   * rest.
   */
  private static final List<String> EVERY_AGENT =
      List.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "SHELL",
          "LANG",
          "LANGUAGE",
          "LC_*",
          "TZ",
          "TMPDIR",
          "XDG_*",
          // Network access: checkouts use the same proxy and the same certificates.
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "ALL_PROXY",
          "NO_PROXY",
          "http_proxy",
          "https_proxy",
          "all_proxy",
          "no_proxy",
          "SSL_CERT_FILE",
          "SSL_CERT_DIR",
          "NODE_EXTRA_CA_CERTS",
          "REQUESTS_CA_BUNDLE",
          "CURL_CA_BUNDLE",
          "GIT_SSL_CAINFO",
          "GIT_SSL_CAPATH",
          "SSH_AUTH_SOCK");

  private static final String OWN_PREFIX = "AGENTGATE_";

  private final Map<String, String> service;
  private final Map<String, String> gitIdentity;

  /**
   * @param service the service's environment
   * @param gitIdentity the variables that tell git the author of commits
   */
  public AgentEnvironment(Map<String, String> service, Map<String, String> gitIdentity) {
    this.service = Map.copyOf(service);
    this.gitIdentity = Map.copyOf(gitIdentity);
  }

  /**
   * Returns the variables of the service and the agent's own that the agent sees, with their
   * values.
   */
  public Map<String, String> seen(Visibility visibility) {
    Map<String, String> seen = new TreeMap<>(visibility.own());
    service.forEach((name, value) -> {
      if (visibility.shows(name) || visibility.substitutes().containsValue(name)) {
        seen.put(name, value);
      }
    });
    return seen;
  }

  /**
   * Returns the value of one of the service's variables. The service's own settings are never
   * returned.
   */
  public Optional<String> service(String name) {
    return name.startsWith(OWN_PREFIX)
        ? Optional.empty()
        : Optional.ofNullable(service.get(name)).filter(value -> !value.isEmpty());
  }

  /** Returns the value of one variable as the agent sees it. */
  Optional<String> value(Visibility visibility, String name) {
    if (visibility.hides(name)) {
      return Optional.empty();
    }
    return Optional.ofNullable(visibility.own().get(name))
        .or(() -> Optional.ofNullable(service.get(name)).filter(value -> visibility.shows(name)));
  }

  /**
   * Returns the whole environment of one run. Values set later in this method take precedence.
   *
   * @param home the agent's home directory; empty: that of the service
   */
  public Map<String, String> of(Visibility visibility, AgentTask task, Optional<Path> home) {
    Map<String, String> environment = new TreeMap<>(gitIdentity);
    visibility
        .substitutes()
        .forEach((name, other) -> service(other).ifPresent(value -> environment.put(name, value)));
    service.forEach((name, value) -> {
      if (visibility.shows(name)) {
        environment.put(name, value);
      }
    });
    // The log is not a terminal, so colours and cursor movements would only disturb its readers.
    environment.put("TERM", "dumb");
    home.ifPresent(directory -> AgentHome.apply(environment, directory));
    visibility.own().forEach(environment::put);
    environment.keySet().removeIf(visibility::hides);
    environment.put("AGENTGATE_WORK_ORDER_ID", task.workOrder().value());
    environment.put("AGENTGATE_RUN_ID", task.run().value());
    environment.put("AGENTGATE_WORKSPACE", task.workspace().toString());
    environment.put("AGENTGATE_PROMPT_FILE", task.promptFile().toString());
    environment.put("AGENTGATE_MAX_ITERATIONS", task.value("maxIterations").orElse(""));
    return environment;
  }

  /**
   * The variables that one type of agent sees beyond those of every agent.
   *
   * @param passed names of the service's variables; a name that ends with an asterisk stands for
   *     all names that begin with the rest
   * @param hidden names that this agent does not see, although every agent or a name in {@code
   *     passed} would show them
   * @param own variables for this type alone, with their values
   * @param substitutes for a variable's name, another of the service's variables whose value is
   *     used if the service has no variable of that name
   */
  public record Visibility(
      Set<String> passed,
      Set<String> hidden,
      Map<String, String> own,
      Map<String, String> substitutes) {
    /** Only the variables that every agent sees. */
    public static final Visibility USUAL = new Visibility(Set.of(), Set.of(), Map.of(), Map.of());

    public Visibility {
      passed = Set.copyOf(passed);
      hidden = Set.copyOf(hidden);
      own = Map.copyOf(own);
      substitutes = Map.copyOf(substitutes);
    }

    private boolean hides(String name) {
      return matches(hidden, name);
    }

    private boolean shows(String name) {
      return !name.startsWith(OWN_PREFIX) && (matches(EVERY_AGENT, name) || matches(passed, name));
    }

    private static boolean matches(Iterable<String> patterns, String name) {
      for (String pattern : patterns) {
        if (pattern.endsWith("*")
            ? name.startsWith(pattern.substring(0, pattern.length() - 1))
            : name.equals(pattern)) {
          return true;
        }
      }
      return false;
    }
  }
}
