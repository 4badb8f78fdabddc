package dev.agentgate.runtime;

import dev.agentgate.agent.AgentCommandLine;
import dev.agentgate.agent.AgentCommands;
import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentEnvironment.Visibility;
import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.BuiltInAgents;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.config.AgentConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Builds an agent's profile from its settings and, for an agent that comes with the service, from
 * the built-in values. A command that the operator sets replaces the built-in arguments, too,
 * because they belong to the built-in command.
 */
final class AgentProfiles {
  private static final AgentProfile UNKNOWN =
      new AgentProfile(AgentCommands.of(List.of()), OutputFormat.TEXT, Visibility.USUAL);

  private final Path files;
  private final AgentEnvironment environment;

  /**
   * @param files the directory for files that agents need
   */
  AgentProfiles(Path files, AgentEnvironment environment) {
    this.files = files;
    this.environment = environment;
  }

  AgentProfile of(String type, AgentConfig agent) {
    AgentProfile builtIn =
        agent.enabled()
            ? BuiltInAgents.find(type, agent.trustRepository(), files, environment::service)
                .orElse(UNKNOWN)
            : BuiltInAgents.describe(type).orElse(UNKNOWN);
    return new AgentProfile(
        commands(agent, builtIn.commands()),
        agent.output().flatMap(OutputFormat::parse).orElse(builtIn.output()),
        visibility(agent, builtIn.visibility()));
  }

  private static AgentCommands commands(AgentConfig agent, AgentCommands builtIn) {
    AgentCommands base = agent.command().map(AgentCommands::of).orElse(builtIn);
    return new AgentCommands(
        base.start(),
        agent.resumeCommand().map(AgentCommandLine::new).or(base::resume),
        agent.modelArguments().orElse(base.modelArguments()),
        agent.maxIterationsArguments().orElse(base.maxIterationsArguments()),
        agent.budgetArguments().orElse(base.budgetArguments()));
  }

  private static Visibility visibility(AgentConfig agent, Visibility builtIn) {
    Set<String> passed = new HashSet<>(builtIn.passed());
    Set<String> hidden = new HashSet<>(builtIn.hidden());
    for (String name : agent.environmentPassthrough().orElse(Set.of())) {
      if (name.startsWith("-")) {
        hidden.add(name.substring(1));
      } else {
        passed.add(name);
        hidden.remove(name);
      }
    }
    Map<String, String> own = new HashMap<>(builtIn.own());
    agent
        .environment()
        .orElse(List.of())
        .forEach(pair -> {
          int equals = pair.indexOf('=');
          own.put(pair.substring(0, equals), pair.substring(equals + 1));
        });
    return new Visibility(passed, hidden, own, builtIn.substitutes());
  }
}
