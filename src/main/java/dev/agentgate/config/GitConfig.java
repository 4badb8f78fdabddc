package dev.agentgate.config;

import io.smallrye.config.WithDefault;

/** The author of commits. */
public interface GitConfig {
  /** The author's name. Agents get it as their git identity, and published commits have it. */
  @WithDefault("AgentGate")
  String authorName();

  /** The author's address. Agents get it as their git identity, and published commits have it. */
  @WithDefault("agentgate@localhost")
  String authorEmail();
}
