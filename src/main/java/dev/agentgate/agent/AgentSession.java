package dev.agentgate.agent;

import dev.agentgate.workorder.Usage;

/**
 * A session of an agent that a run continues.
 *
 * @param used what earlier runs used in it
 */
public record AgentSession(String id, Usage used) {}
