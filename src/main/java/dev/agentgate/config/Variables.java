package dev.agentgate.config;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The environment variables that look like the service's. */
public final class Variables {
  private static final String PREFIX = "AGENTGATE_";
  private static final char UNDECODED = '\uFFFD';

  /** The variables that set a key, directly or by naming a file. */
  private static final Pattern OF_SERVICE =
      Pattern.compile(
          Setting.all().stream()
              .map(setting -> variableOf(setting.key()).replace("*", ".+"))
              .collect(Collectors.joining("|", "(", ")(_FILE)?")));

  /**
   * The variables that Kubernetes sets for a Service whose name begins with {@code agentgate}.
   *
   * @see <a
   *     href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">
   *     Environment variables of Services</a>
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "AGENTGATE(_.+)?_(SERVICE_HOST|SERVICE_PORT(_.+)?"
              + "|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

  /** The variables in every agent's environment. A service that an agent starts sees them, too. */
  private static final Set<String> OF_RUNS =
      Set.of(
          "AGENTGATE_WORK_ORDER_ID",
          "AGENTGATE_RUN_ID",
          "AGENTGATE_WORKSPACE",
          "AGENTGATE_PROMPT_FILE",
          "AGENTGATE_MAX_ITERATIONS");

  /** The variables of the command line, which may be set for the whole machine. */
  static final Set<String> OF_CLIENT =
      Set.of("AGENTGATE_URL", "AGENTGATE_API_KEY", "AGENTGATE_API_KEY_FILE", "AGENTGATE_PROFILE");

  private Variables() {}

  /** The variable that sets a key. */
  static String variableOf(String key) {
    return key.replace("\"", "").replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** The variables that set nothing, sorted. Most of them are typing errors. */
  public static Stream<String> unknown(Map<String, String> environment) {
    return environment.keySet().stream()
        .filter(name ->
            name.startsWith(PREFIX)
                && !OF_SERVICE.matcher(name).matches()
                && !OF_RUNS.contains(name)
                && !OF_CLIENT.contains(name)
                && !SERVICE_LINK.matcher(name).matches())
        .sorted();
  }

  private static boolean setsSomething(String name) {
    return OF_SERVICE.matcher(name).matches() || DatabaseAccess.isVariable(name);
  }

  /**
   * The variables whose values this process could not read. Its locale lacks some of their
   * characters, and each of those became a replacement character.
   */
  public static Stream<Problem> undecoded(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(it -> setsSomething(it.getKey()))
        .filter(it -> it.getValue().indexOf(UNDECODED) >= 0)
        .map(it ->
            new Problem(
                it.getKey(),
                "has bytes that are not text in this locale",
                "write it in UTF-8, and start the service with LC_ALL=C.UTF-8"));
  }
}
