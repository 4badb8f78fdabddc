package dev.agentgate.agent;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The command lines of one type of agent.
 *
 * @param start starts a new session
 * @param resume continues a session; empty if the agent cannot do that
 * @param modelArguments added if the order names a model
 * @param maxIterationsArguments added if the order limits the iterations
 * @param budgetArguments added if the order limits the cost
 */
public record AgentCommands(
    AgentCommandLine start,
    Optional<AgentCommandLine> resume,
    List<String> modelArguments,
    List<String> maxIterationsArguments,
    List<String> budgetArguments) {

  public AgentCommands {
    modelArguments = List.copyOf(modelArguments);
    maxIterationsArguments = List.copyOf(maxIterationsArguments);
    budgetArguments = List.copyOf(budgetArguments);
  }

  /** Returns an agent that takes only a prompt. */
  public static AgentCommands of(List<String> command) {
    return new AgentCommands(
        new AgentCommandLine(command), Optional.empty(), List.of(), List.of(), List.of());
  }

  /** Whether an order may name a model. */
  public boolean takesModel() {
    return !modelArguments.isEmpty() || start.uses("model");
  }

  /** Whether the agent can continue a session. */
  public boolean resumes() {
    return resume.isPresent();
  }

  /** Returns the command line for a task; it continues the task's session if there is one. */
  AgentCommandLine commandLine(AgentTask task) {
    AgentCommandLine line = task.sessionId().flatMap(session -> resume).orElse(start);
    if (task.choices().model().isPresent()) {
      line = line.with(modelArguments);
    }
    if (task.choices().maxIterations().isPresent()) {
      line = line.with(maxIterationsArguments);
    }
    return task.choices().maxCostUsd().isPresent() ? line.with(budgetArguments) : line;
  }

  /** Returns the arguments for a task. */
  List<String> fill(AgentTask task, Function<String, Optional<String>> service) {
    return commandLine(task)
        .fill(
            name -> name.startsWith("env.") ? service.apply(name.substring(4)) : task.value(name));
  }
}
