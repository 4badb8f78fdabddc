package dev.agentgate.queue;

import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.Agents;
import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunLimits;
import dev.agentgate.workorder.WorkOrderSpec;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.InvalidSourceException;
import dev.agentgate.workspace.PublishRules;
import dev.agentgate.workspace.WorkspaceSourceParser;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes a specification out of the values that a client submits. */
final class SubmitRules {
  private final QueueSettings settings;
  private final WorkspaceSourceParser sources;
  private final Agents agents;

  SubmitRules(QueueSettings settings, WorkspaceSourceParser sources, Agents agents) {
    this.settings = settings;
    this.sources = sources;
    this.agents = agents;
  }

  /**
   * Fills in the values that the client left to the service, and checks those that only the service
   * can check.
   *
   * @throws InvalidOrderException if a value is not valid
   */
  WorkOrderSpec complete(SubmitOrder request) {
    Map<String, String> faults = new LinkedHashMap<>();
    String agentType = request.agentType().orElse(settings.defaultAgent());
    agents
        .find(agentType)
        .ifPresentOrElse(
            agent -> faults.putAll(faultsOf(request.choices(), agentType, agent)),
            () ->
                faults.put(
                    "agentType",
                    "Unknown agent type: "
                        + agentType
                        + ". Known: "
                        + String.join(", ", agents.types())));
    Optional<WorkspaceSource> source = sourceOf(request, faults);
    if (source.isPresent() && request.publish().isPresent()) {
      PublishRules.faults(request.publish().get(), source.get())
          .forEach((field, sentence) -> faults.put("publish." + field, sentence));
    }
    if (source.isEmpty() || !faults.isEmpty()) {
      throw new InvalidOrderException(faults);
    }
    RunLimits limits =
        new RunLimits(
            request.maxTime().orElse(settings.maxTime()),
            request.idleTimeout(),
            request.queueTtl(),
            request.maxAttempts().orElse(1),
            request.retryOn(),
            request.retryMode());
    return new WorkOrderSpec(
        request.taskPrompt(),
        agentType,
        source.get(),
        limits,
        request.choices(),
        request.priority(),
        request.labels(),
        request.publish());
  }

  /** Returns what an agent cannot comply with. */
  private Map<String, String> faultsOf(AgentChoices choices, String agentType, AgentProfile agent) {
    Map<String, String> faults = new LinkedHashMap<>();
    if (choices.model().isPresent() && !agent.commands().takesModel()) {
      faults.put("config.model", "The agent " + agentType + " takes no model");
    }
    if (choices.maxCostUsd().isPresent() && !agents.knowsCost(agent, choices.model())) {
      faults.put(
          "config.maxCostUsd",
          "The agent "
              + agentType
              + " reports no cost, and "
              + choices
                  .model()
                  .map(model -> "no price is configured for the model " + model)
                  .orElse("the order names no model with a configured price"));
    }
    return faults;
  }

  private Optional<WorkspaceSource> sourceOf(SubmitOrder request, Map<String, String> faults) {
    try {
      return Optional.of(sources.parse(request.workspaceSource()));
    } catch (InvalidSourceException e) {
      String field = e.field().isEmpty() ? "" : "." + e.field();
      faults.put("workspaceSource" + field, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
