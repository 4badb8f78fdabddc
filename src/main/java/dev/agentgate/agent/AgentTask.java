package dev.agentgate.agent;

import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The task of an agent in one run.
 *
 * @param promptFile a file that holds the prompt
 * @param workspace the directory that the agent works in
 * @param choices how the order wants the agent to work
 * @param sessionId the agent's session to continue; empty for a new session
 */
public record AgentTask(
    WorkOrderId workOrder,
    RunId run,
    String prompt,
    Path promptFile,
    Path workspace,
    AgentChoices choices,
    Optional<String> sessionId) {

  /** Returns the value of a placeholder of {@link AgentCommandLine}; empty if the task has none. */
  Optional<String> value(String name) {
    return switch (name) {
      case "prompt" -> Optional.of(prompt);
      case "promptFile" -> Optional.of(promptFile.toString());
      case "workspace" -> Optional.of(workspace.toString());
      case "workOrderId" -> Optional.of(workOrder.value());
      case "runId" -> Optional.of(run.value());
      case "maxIterations" ->
          choices.maxIterations().stream().mapToObj(Integer::toString).findFirst();
      case "model" -> choices.model();
      case "maxCostUsd" -> choices.maxCostUsd().map(BigDecimal::toPlainString);
      case "sessionId" -> sessionId;
      default -> Optional.empty();
    };
  }
}
