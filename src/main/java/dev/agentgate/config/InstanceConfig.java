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

  /**
   * The URL under which other instances on the same database reach the API of this one, such as
   * {@code http://10.1.2.3:3001}. If it is unset, it is the address that this instance listens on,
   * or, if it listens on all of them, the address of the host's name; in a Kubernetes pod that is
   * the pod's. The store {@code file} does not use it.
   */
  Optional<String> address();
}
