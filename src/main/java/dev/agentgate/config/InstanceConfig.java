package dev.agentgate.config;

import java.util.Optional;

/** The name of this instance of AgentGate. */
public interface InstanceConfig {
  /**
   * The name under which a database knows this instance as the owner of what it runs; each instance
   * has a name of its own. If it is unset, it is the host's name. The store {@code file} does not
   * use it.
   */
  Optional<String> id();
}
