package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One type of agent. */
public interface AgentConfig {
  /**
   * Its argument list; the agents that come with AgentGate have one, yours need one. {@code
   * {prompt}}, {@code {promptFile}}, {@code {workspace}}, {@code {workOrderId}}, {@code {runId}},
   * {@code {maxIterations}}, {@code {model}}, {@code {maxCostUsd}} and {@code {env.NAME}} (a
   * variable of the service) are filled in, one argument each, never through a shell.
   */
  // Optional only so that the start can say that it is missing.
  Optional<List<String>> command();

  /**
   * What it prints, and so what AgentGate reads in it: {@code text} (nothing), {@code
   * claude-stream-json}, {@code codex-json}, {@code opencode-json}, {@code gemini-stream-json}.
   * Unset: {@code text}, and their own for the agents that come with AgentGate.
   */
  @OneOf(
      kind = "output format",
      value = {"text", "claude-stream-json", "codex-json", "opencode-json", "gemini-stream-json"})
  Optional<String> output();

  /** Arguments that are added if the order names a model, with {@code {model}}. */
  Optional<List<String>> modelArguments();

  /**
   * Arguments that are added if the order has {@code maxIterations}, with {@code {maxIterations}}.
   */
  Optional<List<String>> maxIterationsArguments();

  /** Arguments that are added if the order has {@code maxCostUsd}, with {@code {maxCostUsd}}. */
  Optional<List<String>> budgetArguments();

  /** The whole command to continue a session, with {@code {sessionId}}. Unset: it cannot. */
  Optional<List<String>> resumeCommand();

  /** Variables for this agent alone: {@code NAME=value} pairs. */
  Optional<List<String>> environment();

  /**
   * Names of the service's variables that this agent sees in addition to those that every agent
   * sees; all others stay hidden. A name that ends with {@code *} stands for all that begin like
   * it; {@code -NAME} takes one away. None may start with {@code AGENTGATE_}.
   */
  Optional<Set<String>> environmentPassthrough();

  /**
   * Whether settings, hooks and servers that a repository brings for this agent apply. They run
   * with the agent's credential, so the default is no.
   */
  @WithDefault("false")
  boolean trustRepository();

  /** Whether orders may ask for it; {@code shell} only in dev and test. */
  @WithDefault("true")
  boolean enabled();
}
