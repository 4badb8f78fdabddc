package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One kind of agent. */
public interface AgentConfig {
  /**
   * Its argument list; the agents that come with the service have one, yours need one. {@code
   * {prompt}}, {@code {promptFile}}, {@code {workspace}}, {@code {workOrderId}}, {@code {runId}}
   * and {@code {maxIterations}} are filled in, one argument each, never through a shell.
   */
  // Optional only so that the start can say that it is missing.
  Optional<List<String>> command();

  /**
   * Names of the service's variables that the agent sees; all others stay hidden. None may start
   * with {@code AGENTGATE_}.
   */
  Optional<Set<String>> environmentPassthrough();

  /** Whether orders may ask for it; {@code shell} only in dev and test. */
  @WithDefault("true")
  boolean enabled();
}
