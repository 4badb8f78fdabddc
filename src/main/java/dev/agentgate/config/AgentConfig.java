package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One type of agent. */
public interface AgentConfig {
  /**
   * The agent's argument list. The agents that come with AgentGate have one; yours need one. These
   * placeholders are filled in, one argument each, never through a shell: {@code {prompt}}, {@code
   * {promptFile}}, {@code {workspace}}, {@code {workOrderId}}, {@code {runId}}, {@code
   * {maxIterations}}, {@code {model}}, {@code {maxCostUsd}} and {@code {env.NAME}} (a variable of
   * the service).
   */
  // Optional only so that the start can say that it is missing.
  Optional<List<String>> command();

  /**
   * The format of the agent's output, and so what AgentGate reads in it: {@code text} (nothing),
   * {@code claude-stream-json}, {@code codex-json}, {@code opencode-json}, {@code
   * gemini-stream-json}. The default is {@code text}; the agents that come with AgentGate have
   * their own.
   */
  @OneOf(
      kind = "output format",
      value = {"text", "claude-stream-json", "codex-json", "opencode-json", "gemini-stream-json"})
  Optional<String> output();

  /** Arguments that are added, with {@code {model}}, if the order names a model. */
  Optional<List<String>> modelArguments();

  /**
   * Arguments that are added, with {@code {maxIterations}}, if the order has {@code maxIterations}.
   */
  Optional<List<String>> maxIterationsArguments();

  /** Arguments that are added, with {@code {maxCostUsd}}, if the order has {@code maxCostUsd}. */
  Optional<List<String>> budgetArguments();

  /**
   * The whole command that continues a session, with {@code {sessionId}}. If it is unset, the agent
   * cannot continue one.
   */
  Optional<List<String>> resumeCommand();

  /** Variables that only this agent gets, as {@code NAME=value} pairs. */
  Optional<List<String>> environment();

  /**
   * Names of the service's variables that this agent sees in addition to those that every agent
   * sees. All other variables stay hidden. A name that ends with {@code *} stands for all names
   * that begin like it; {@code -NAME} takes one away. No name may start with {@code AGENTGATE_}.
   */
  Optional<Set<String>> environmentPassthrough();

  /**
   * The agent's home directory: {@code shared} is that of the service; {@code order} is one for
   * each order, which all its runs share and a purge removes. Then {@code HOME}, {@code XDG_*} and
   * {@code TMPDIR} lead there.
   */
  @WithDefault("shared")
  @OneOf(
      kind = "kind of home",
      value = {"shared", "order"})
  String home();

  /**
   * The directory whose content a new home of an order gets: settings, credentials. Modes stay, and
   * links are copied as links. If it is unset, a new home is empty. Needs {@code home} to be {@code
   * order}.
   */
  @AbsolutePath
  Optional<String> homeTemplate();

  /**
   * Whether the settings, hooks and servers that a repository contains for this agent apply. They
   * run with the agent's credential, so the default is no.
   */
  @WithDefault("false")
  boolean trustRepository();

  /**
   * What the runs of this agent may cost a day, in US dollars, in addition to {@code
   * agentgate.budget.daily-usd}; no limit if unset. Needs an agent whose costs become known.
   */
  @AtLeast("0")
  Optional<BigDecimal> dailyUsd();

  /**
   * Whether orders may ask for this agent. By default {@code shell} is enabled only in dev and
   * test.
   */
  @WithDefault("true")
  boolean enabled();
}
