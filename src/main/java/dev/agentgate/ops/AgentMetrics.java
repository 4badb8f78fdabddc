package dev.agentgate.ops;

import dev.agentgate.agent.Agents;
import dev.agentgate.ops.ScrapedStore.Values;
import dev.agentgate.queue.QueueObserver;
import dev.agentgate.queue.QueueSettings;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What each configured agent uses, costs and may cost, and whether it is paused. Every series
 * exists from the start.
 */
@Singleton
class AgentMetrics implements QueueObserver {
  private static final String ALL_AGENTS = "*";

  private final MeterRegistry meters;
  private final Set<String> agents;

  AgentMetrics(MeterRegistry meters, Agents agents, ScrapedStore store, QueueSettings settings) {
    this.meters = meters;
    this.agents = new HashSet<>(agents.types());
    this.agents.add(QueueMetrics.OTHER_AGENT);
    for (String agent : this.agents) {
      for (String kind : new String[] {"input", "cached_input", "output"}) {
        tokens(agent, kind);
      }
      cost(agent);
    }
    for (String agent : agents.types()) {
      Gauge.builder(
              "agentgate.agent.cost.today.usd",
              store,
              it -> it.value(values -> costToday(values, agent)))
          .description("Cost of the runs that started today (UTC), in US dollars")
          .tag("agent", agent)
          .register(meters);
      for (AgentPause.Reason reason : AgentPause.Reason.values()) {
        Gauge.builder(
                "agentgate.agent.paused",
                store,
                it -> it.value(values -> isPaused(values, agent, reason) ? 1 : 0))
            .description("Whether the agent starts no runs for this reason")
            .tag("agent", agent)
            .tag("reason", reason.wireName())
            .register(meters);
      }
    }
    settings.budgets().all().ifPresent(budget -> budget(ALL_AGENTS, budget));
    settings.budgets().byAgent().forEach(this::budget);
  }

  private void budget(String agent, BigDecimal budget) {
    Gauge.builder("agentgate.budget.daily.usd", budget, BigDecimal::doubleValue)
        .description("What runs may cost a day, in US dollars; *: all together")
        .tag("agent", agent)
        .strongReference(true)
        .register(meters);
  }

  private static boolean isPaused(Values values, String agent, AgentPause.Reason reason) {
    AgentPause pause = values.pauses().get(agent);
    return pause != null && pause.reason() == reason;
  }

  private static double costToday(Values values, String agent) {
    return values
        .usedToday()
        .getOrDefault(agent, Usage.UNKNOWN)
        .costUsd()
        .map(BigDecimal::doubleValue)
        .orElse(0.0);
  }

  @Override
  public void runUsed(RunUsage used) {
    String agent = agents.contains(used.agentType()) ? used.agentType() : QueueMetrics.OTHER_AGENT;
    Usage usage = used.usage();
    add(tokens(agent, "input"), usage.inputTokens());
    add(tokens(agent, "cached_input"), usage.cachedInputTokens());
    add(tokens(agent, "output"), usage.outputTokens());
    usage.costUsd().ifPresent(cost -> cost(agent).increment(cost.doubleValue()));
  }

  private static void add(Counter counter, OptionalLong amount) {
    amount.ifPresent(counter::increment);
  }

  private Counter tokens(String agent, String kind) {
    return Counter.builder("agentgate.agent.tokens")
        .description("Tokens that ended runs used; input includes cached_input")
        .tag("agent", agent)
        .tag("kind", kind)
        .register(meters);
  }

  private Counter cost(String agent) {
    return Counter.builder("agentgate.agent.cost.usd")
        .description("What ended runs cost as far as it is known, in US dollars")
        .tag("agent", agent)
        .register(meters);
  }
}
