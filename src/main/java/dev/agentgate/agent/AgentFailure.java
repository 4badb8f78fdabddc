package dev.agentgate.agent;

/** Why an agent gave up, as its output tells. */
public enum AgentFailure {
  /** The account may use no more for now: a limit of its plan, a quota, or no credit left. */
  USAGE_LIMIT,
  /** The provider does not accept the credential. */
  AGENT_AUTH,
  /** The provider is overloaded, out of order or out of reach. */
  AGENT_UNAVAILABLE,
  /** The agent took as many turns as it was allowed. */
  MAX_ITERATIONS,
  /** The agent spent as much as it was allowed. */
  BUDGET_EXCEEDED,
  /** Anything else. */
  OTHER
}
