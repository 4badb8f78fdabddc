package dev.agentgate.agent;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The types of agent that orders may request. */
public final class Agents {
  private final Map<String, Agent> byType;
  private final AgentEnvironment environment;
  private final Prices prices;

  /**
   * @param environment the environment that agents get
   * @param prices what models cost
   */
  public Agents(Map<String, Agent> byType, AgentEnvironment environment, Prices prices) {
    this.byType = new TreeMap<>(byType);
    this.environment = environment;
    this.prices = prices;
  }

  /** Returns every type, sorted, also those that orders may not request. */
  public Map<String, Agent> all() {
    return Collections.unmodifiableMap(byType);
  }

  /** Returns what models cost. */
  public Prices prices() {
    return prices;
  }

  /**
   * Whether the cost of a run becomes known while it runs: the agent reports it, or it reports the
   * tokens of a model that has a price.
   */
  public boolean knowsCost(AgentProfile agent, Optional<String> model) {
    return agent.output().reportsCost()
        || (agent.output().reportsTokens() && model.flatMap(prices::find).isPresent());
  }

  /** Returns the {@code PATH} of an agent, on which its command is looked up. */
  Optional<String> pathOf(AgentProfile agent) {
    return environment.value(agent.visibility(), "PATH");
  }

  /** Returns the agent of this type if it is known and enabled. */
  public Optional<AgentProfile> find(String type) {
    return Optional.ofNullable(byType.get(type)).filter(Agent::enabled).map(Agent::profile);
  }

  /** Returns the format of the output of this type; text if the type is unknown or not enabled. */
  public OutputFormat output(String type) {
    return find(type).map(AgentProfile::output).orElse(OutputFormat.TEXT);
  }

  /** Returns the types that orders may request, sorted. */
  public List<String> types() {
    return byType.entrySet().stream()
        .filter(entry -> entry.getValue().enabled())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Returns the call of this type of agent for a task; empty if the type is unknown or not enabled.
   *
   * @param home the agent's home directory; empty: that of the service
   */
  public Optional<Invocation> invocation(String type, AgentTask task, Optional<Path> home) {
    return find(type)
        .map(profile ->
            new Invocation(
                profile.commands().fill(task, environment::service),
                environment.of(profile.visibility(), task, home),
                profile.commands().commandLine(task).readsPromptFromInput()
                    ? Optional.of(task.promptFile())
                    : Optional.empty()));
  }

  /** Whether this type of agent can continue a session. */
  public boolean canResume(String type) {
    return find(type).filter(profile -> profile.commands().resumes()).isPresent();
  }

  /** Returns the variables that this type of agent sees, with their values. */
  public Map<String, String> seenVariables(String type) {
    return find(type).map(profile -> environment.seen(profile.visibility())).orElse(Map.of());
  }

  /** Returns the variables that at least one enabled agent sees, with their values. */
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
   * @param enabled whether orders may request it
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
