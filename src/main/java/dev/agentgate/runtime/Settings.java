package dev.agentgate.runtime;

import dev.agentgate.config.DataConfig;
import dev.agentgate.config.DataConfig.AgentConfig;
import dev.agentgate.config.GithubConfig;
import dev.agentgate.config.HealthConfig;
import dev.agentgate.config.QueueConfig;
import dev.agentgate.config.RunConfig;
import dev.agentgate.config.WorkspaceConfig;
import dev.agentgate.process.Agents;
import dev.agentgate.process.Agents.Agent;
import dev.agentgate.queue.QueueSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns configuration into what the packages below know. */
final class Settings {
  private Settings() {}

  static Path dataDirectory(DataConfig data) {
    return Path.of(data.dataDir()).toAbsolutePath().normalize();
  }

  static QueueSettings queue(
      DataConfig data, QueueConfig queue, RunConfig run, HealthConfig health) {
    return new QueueSettings(
        queue.autoProcess(),
        queue.maxConcurrent(),
        queue.staggerDelay(),
        queue.minAvailableMemory().asLongValue(),
        queue.minFreeDisk().asLongValue(),
        queue.maxDepth(),
        queue.maxConcurrentPerRepository(),
        run.maxTime(),
        run.killGrace(),
        data.defaultAgent(),
        health.stuckThreshold(),
        health.queueDepthThreshold());
  }

  static Agents agents(DataConfig data) {
    Map<String, Agent> agents = new LinkedHashMap<>();
    data.agents().forEach((type, agent) -> agents.put(type, agent(agent)));
    return new Agents(agents);
  }

  private static Agent agent(AgentConfig agent) {
    return new Agent(
        agent.command(), agent.environmentPassthrough().orElse(Set.of()), agent.enabled());
  }

  static List<Path> localRoots(WorkspaceConfig workspace) {
    return workspace.localRoots().orElse(List.of()).stream().map(Path::of).toList();
  }

  static String baseUrl(GithubConfig github) {
    return github.baseUrl();
  }
}
