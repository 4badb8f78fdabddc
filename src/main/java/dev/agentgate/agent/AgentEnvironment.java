package dev.agentgate.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The environment of agents. Of the service's own variables an agent sees those that every program
 * needs and those that are passed to it by name, so that the service's secrets stay its own.
 */
public final class AgentEnvironment {
  /** Names; one that ends with an asterisk stands for all that begin like it. */
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
          // The way out: checkouts use the same proxy and the same certificates.
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
   * @param gitIdentity the variables with which git names the author of a commit
   */
  public AgentEnvironment(Map<String, String> service, Map<String, String> gitIdentity) {
    this.service = Map.copyOf(service);
    this.gitIdentity = Map.copyOf(gitIdentity);
  }

  /** The variables of the service and of the agent that it sees, with their values. */
  public Map<String, String> seen(Visibility visibility) {
    Map<String, String> seen = new TreeMap<>(visibility.own());
    service.forEach((name, value) -> {
      if (visibility.shows(name) || visibility.substitutes().containsValue(name)) {
        seen.put(name, value);
      }
    });
    return seen;
  }

  /** The value of one of the service's variables, other than the service's own settings. */
  public Optional<String> service(String name) {
    return name.startsWith(OWN_PREFIX)
        ? Optional.empty()
        : Optional.ofNullable(service.get(name)).filter(value -> !value.isEmpty());
  }

  /** The whole environment of one run. What comes later in this method wins. */
  public Map<String, String> of(Visibility visibility, AgentTask task) {
    Map<String, String> environment = new TreeMap<>(gitIdentity);
    visibility
        .substitutes()
        .forEach((name, other) -> service(other).ifPresent(value -> environment.put(name, value)));
    service.forEach((name, value) -> {
      if (visibility.shows(name)) {
        environment.put(name, value);
      }
    });
    // The log is not a terminal: no colours, no cursor movements.
    environment.put("TERM", "dumb");
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
   * What one type of agent sees beyond the variables of every agent.
   *
   * @param passed names of the service's variables; one that ends with an asterisk stands for all
   *     that begin like it
   * @param hidden names that it does not see, although every agent or a name in {@code passed}
   *     would show them
   * @param own variables for it alone, with their values
   * @param substitutes its name of a variable, and the service's variable that stands in for it
   *     where the service has none of that name
   */
  public record Visibility(
      Set<String> passed,
      Set<String> hidden,
      Map<String, String> own,
      Map<String, String> substitutes) {
    /** No more than every agent sees. */
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
