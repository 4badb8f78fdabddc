package dev.agentgate.agent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says how to run one type of agent and how to read its output.
 *
 * @param output the format of its output
 */
public record AgentProfile(
    AgentCommands commands, OutputFormat output, AgentEnvironment.Visibility visibility) {

  /** Returns this agent with more arguments for each command and more variables of its own. */
  AgentProfile with(List<String> arguments, Map<String, String> environment) {
    Map<String, String> own = new HashMap<>(visibility.own());
    own.putAll(environment);
    return new AgentProfile(
        new AgentCommands(
            commands.start().with(arguments),
            commands.resume().map(line -> line.with(arguments)),
            commands.modelArguments(),
            commands.maxIterationsArguments(),
            commands.budgetArguments()),
        output,
        new AgentEnvironment.Visibility(
            visibility.passed(), visibility.hidden(), own, visibility.substitutes()));
  }
}
