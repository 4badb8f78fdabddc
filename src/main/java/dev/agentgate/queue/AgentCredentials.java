package dev.agentgate.queue;

import dev.agentgate.agent.Agents;
import dev.agentgate.agent.SecretVariables;
import dev.agentgate.workorder.Sha256;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells whether the credential of an agent has changed. Only credentials in the environment count;
 * AgentGate cannot see those in the agent's own files.
 */
final class AgentCredentials {
  private final Agents agents;

  AgentCredentials(Agents agents) {
    this.agents = agents;
  }

  /** Returns a digest of the secrets that an agent sees; empty if it sees none. */
  String digest(String agentType) {
    Set<String> secrets = new TreeSet<>(SecretVariables.secretsIn(agents.seenVariables(agentType)));
    return secrets.isEmpty() ? "" : Sha256.hex(String.join("\n", secrets));
  }
}
