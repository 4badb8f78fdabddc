package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where data lives and which agents there are. */
@ConfigMapping(prefix = "agentgate")
public interface DataConfig {
  /** The directory that holds everything AgentGate keeps. One process owns it at a time. */
  @WithDefault("${user.home}/.agentgate")
  String dataDir();

  /** The agent of an order that names none. */
  @WithDefault("claude-code")
  String defaultAgent();

  /** The agents by their type. */
  Map<String, AgentConfig> agents();

  /** One kind of agent. */
  interface AgentConfig {
    /**
     * Its argument list. {@code {prompt}}, {@code {promptFile}}, {@code {workspace}}, {@code
     * {workOrderId}}, {@code {runId}} and {@code {maxIterations}} are filled in, one argument each,
     * never through a shell. Needed: it may be missing only so that the start can say so.
     */
    Optional<List<String>> command();

    /** Names of the service's environment variables that the agent sees; all others stay hidden. */
    Optional<Set<String>> environmentPassthrough();

    /** Whether orders may ask for it. */
    @WithDefault("true")
    boolean enabled();
  }
}
