package dev.agentgate.runtime.check;

import dev.agentgate.agent.AgentCommandLine;
import dev.agentgate.agent.BuiltInAgents;
import dev.agentgate.config.AgentConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Checks that the agents can be started, and that they see only what they may see. */
@Singleton
class AgentsCheck implements StartCheck {
  private static final Logger LOG = Logger.getLogger(AgentsCheck.class);

  private static final Pattern VARIABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** A name, the beginning of names, or a name to take away. */
  private static final Pattern PASSED_NAME = Pattern.compile("-?[A-Za-z_][A-Za-z0-9_]*\\*?");

  private final Map<String, AgentConfig> agents;
  private final String defaultAgent;

  AgentsCheck(Settings settings) {
    agents = new TreeMap<>(settings.agents());
    defaultAgent = settings.defaultAgent();
  }

  @Override
  public Stream<Problem> problems() {
    return Stream.concat(
        defaultAgent().stream(),
        agents.entrySet().stream().flatMap(agent -> problems(agent.getKey(), agent.getValue())));
  }

  private Optional<Problem> defaultAgent() {
    String key = "agentgate.default-agent";
    @Nullable AgentConfig agent = agents.get(defaultAgent);
    if (agent == null) {
      return Optional.of(
          new Problem(
              key,
              "is not the name of an agent (" + defaultAgent + ")",
              "choose from " + String.join(", ", agents.keySet())));
    }
    return agent.enabled()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                key,
                "names an agent that is not enabled (" + defaultAgent + ")",
                "enable it, or choose another"));
  }

  private static Stream<Problem> problems(String type, AgentConfig agent) {
    String prefix = "agentgate.agents.\"" + type + "\".";
    return Stream.of(
            command(prefix, BuiltInAgents.types().contains(type), agent).stream(),
            new TreeSet<>(agent.environmentPassthrough().orElse(Set.of()))
                .stream()
                    .flatMap(name -> passed(prefix + "environment-passthrough", name).stream()),
            agent.environment().orElse(List.of()).stream()
                .flatMap(pair -> own(prefix + "environment", pair).stream()))
        .flatMap(Function.identity());
  }

  private static Optional<Problem> command(String prefix, boolean builtIn, AgentConfig agent) {
    boolean missing = agent.command().isEmpty() && !builtIn;
    return missing || agent.command().filter(it -> it.getFirst().isBlank()).isPresent()
        ? Optional.of(
            new Problem(
                prefix + "command",
                "is missing or empty",
                "set the argument list, the program first; or correct the agent's name"))
        : Optional.empty();
  }

  private static Optional<Problem> passed(String key, String name) {
    if (!PASSED_NAME.matcher(name).matches()) {
      return Optional.of(
          new Problem(
              key,
              "has an item that is not a variable's name",
              "list names only, separated by commas"));
    }
    return name.startsWith("AGENTGATE_")
        ? Optional.of(
            new Problem(key, "would show an agent the service's own " + name, "remove it"))
        : Optional.empty();
  }

  private static Optional<Problem> own(String key, String pair) {
    int equals = pair.indexOf('=');
    if (equals < 0 || !VARIABLE_NAME.matcher(pair.substring(0, equals)).matches()) {
      return Optional.of(
          new Problem(
              key,
              "has an item that is not NAME=value",
              "write NAME=value pairs, separated by commas; write \\, for a comma in a value"));
    }
    return pair.startsWith("AGENTGATE_")
        ? Optional.of(
            new Problem(key, "sets a variable that AgentGate sets itself", "choose another name"))
        : Optional.empty();
  }

  @Override
  public void warn() {
    agents.forEach((type, agent) -> {
      if (agent.enabled()
          && new AgentCommandLine(agent.command().orElse(List.of())).mayTakePromptForOption()) {
        LOG.warnf(
            "agentgate.agents.%s.command: a prompt that begins with a dash becomes an option of the"
                + " agent; put -- before {prompt}, or name neither {prompt} nor {promptFile}, so that"
                + " the prompt is on standard input",
            type);
      }
    });
  }
}
