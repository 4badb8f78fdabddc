package dev.agentgate.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The kinds of agent that orders may ask for. */
public final class Agents {
  private final Map<String, Agent> byType;

  public Agents(Map<String, Agent> byType) {
    this.byType = new TreeMap<>(byType);
  }

  /** The agent of this type, if it is known and enabled. */
  public Optional<Agent> find(String type) {
    return Optional.ofNullable(byType.get(type)).filter(Agent::enabled);
  }

  /** The types that orders may ask for, sorted. */
  public List<String> types() {
    return byType.entrySet().stream()
        .filter(entry -> entry.getValue().enabled())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * How to run one kind of agent.
   *
   * @param command the argument list, with placeholders
   * @param environmentPassthrough names of the service's variables that it sees
   */
  public record Agent(List<String> command, Set<String> environmentPassthrough, boolean enabled) {
    public Agent {
      command = List.copyOf(command);
      environmentPassthrough = Set.copyOf(environmentPassthrough);
    }
  }
}
