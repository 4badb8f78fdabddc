package dev.agentgate.agent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The types of agent that orders may ask for. */
public final class Agents {
  private final Map<String, Agent> byType;
  private final AgentEnvironment environment;

  /**
   * @param environment what agents see of the service's
   */
  public Agents(Map<String, Agent> byType, AgentEnvironment environment) {
    this.byType = new TreeMap<>(byType);
    this.environment = environment;
  }

  /** The agent of this type, if it is known and enabled. */
  public Optional<AgentProfile> find(String type) {
    return Optional.ofNullable(byType.get(type)).filter(Agent::enabled).map(Agent::profile);
  }

  /** The types that orders may ask for, sorted. */
  public List<String> types() {
    return byType.entrySet().stream()
        .filter(entry -> entry.getValue().enabled())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How to call the agent of this type for a task; empty if it is not known or not enabled. */
  public Optional<Invocation> invocation(String type, AgentTask task) {
    return find(type)
        .map(profile ->
            new Invocation(
                profile.commands().fill(task, environment::service),
                environment.of(profile.visibility(), task),
                profile.commands().commandLine(task).readsPromptFromInput()
                    ? Optional.of(task.promptFile())
                    : Optional.empty()));
  }

  /** The variables, with their values, that at least one enabled agent sees. */
  public Map<String, String> seenVariables() {
    Map<String, String> seen = new TreeMap<>();
    types().stream()
        .flatMap(type -> find(type).stream())
        .forEach(profile -> seen.putAll(environment.seen(profile.visibility())));
    return seen;
  }

  /**
   * One type of agent.
   *
   * @param enabled whether orders may ask for it
   */
  public record Agent(AgentProfile profile, boolean enabled) {}

  /**
   * A call of an agent's program.
   *
   * @param command the argument list
   * @param environment the whole environment
   * @param input the file that it reads on standard input; empty: none
   */
  public record Invocation(
      List<String> command, Map<String, String> environment, Optional<Path> input) {}
}
