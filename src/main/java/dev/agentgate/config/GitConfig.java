package dev.agentgate.config;

import io.smallrye.config.WithDefault;

/** The author of commits. */
public interface GitConfig {
  /** The author's name. Agents get it as their git identity. */
  @WithDefault("AgentGate")
  String authorName();

  /** The author's address. Agents get it as their git identity. */
  @WithDefault("agentgate@localhost")
  String authorEmail();
}
