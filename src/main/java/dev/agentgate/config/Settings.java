package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/**
 * Every setting of the service. The rest follows from these interfaces: a method is a key, its
 * return type is the form of the value, its annotations are the default and the bounds, and its
 * Javadoc is the manual ({@code docs/configuration.md} is generated from it, in this order).
 */
@ConfigMapping(prefix = Settings.ROOT)
public interface Settings {
  /** All keys are below it. */
  String ROOT = "agentgate";

  /**
   * The directory that holds everything AgentGate keeps on this machine: {@code work-orders/},
   * {@code work-orders/.quarantine/}, {@code runs/}, {@code logs/}, {@code workspaces/}, {@code
   * webhooks/}. One process owns it at a time. {@code ~} is not expanded. If {@code HOME} is set,
   * the default is below it.
   */
  @WithDefault("${user.home}/.agentgate")
  @AbsolutePath
  String dataDir();

  /** Where orders are kept. */
  StoreConfig store();

  /** The name of this instance of AgentGate. */
  InstanceConfig instance();

  /** Callers and their keys. */
  AuthConfig auth();

  /** The GitHub host of the repositories that orders name. */
  GithubConfig github();

  /** The author of commits. */
  GitConfig git();

  /** Places where agents may work. */
  WorkspaceConfig workspace();

  /** When orders start. */
  QueueConfig queue();

  /** The limits of a run. */
  RunConfig run();

  /** How the service stops. */
  ShutdownConfig shutdown();

  /** When an operator is alerted. */
  HealthConfig health();

  /** When AgentGate tidies up. */
  MaintenanceConfig maintenance();

  /** Programs that are notified of changes over HTTP. */
  WebhooksConfig webhooks();

  /** The agent of an order that does not name one. */
  @WithDefault("claude-code")
  String defaultAgent();

  /** What agents may cost. */
  BudgetConfig budget();

  /** The agents by their type. */
  Map<String, AgentConfig> agents();

  /**
   * What models cost, by their name, with or without the provider. It is used for agents that
   * report tokens but no cost.
   */
  Map<String, PriceConfig> prices();
}
