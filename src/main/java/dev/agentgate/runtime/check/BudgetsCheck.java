package dev.agentgate.runtime.check;

import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.BuiltInAgents;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.config.AgentConfig;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checks that the costs of agents that have a daily budget become known. */
@Singleton
class BudgetsCheck implements StartCheck {
  private final Map<String, AgentConfig> agents;
  private final boolean anyPrice;

  BudgetsCheck(Settings settings) {
    agents = new TreeMap<>(settings.agents());
    anyPrice = !settings.prices().isEmpty();
  }

  @Override
  public Stream<Problem> problems() {
    return agents.entrySet().stream()
        .filter(agent -> agent.getValue().dailyUsd().isPresent())
        .filter(agent -> !knowsCost(output(agent.getKey(), agent.getValue())))
        .map(agent ->
            new Problem(
                "agentgate.agents.\"" + agent.getKey() + "\".daily-usd",
                "has no effect, because the costs of this agent are not known",
                "set an output format that reports them, set agentgate.prices for its models, or"
                    + " remove the budget"));
  }

  private static OutputFormat output(String type, AgentConfig agent) {
    return agent
        .output()
        .flatMap(OutputFormat::parse)
        .or(() -> BuiltInAgents.describe(type).map(AgentProfile::output))
        .orElse(OutputFormat.TEXT);
  }

  private boolean knowsCost(OutputFormat output) {
    return output.reportsCost() || (output.reportsTokens() && anyPrice);
  }
}
