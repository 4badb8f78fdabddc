package dev.agentgate.agent;

/** The reason an agent gave up, according to its output. */
public enum AgentFailure {
  /** The account has reached a limit of its plan or a quota, or has no credit left. */
  USAGE_LIMIT,
  /** The provider rejects the credential. */
  AGENT_AUTH,
  /** The provider is overloaded, broken or unreachable. */
  AGENT_UNAVAILABLE,
  /** The agent used all the turns that it was allowed. */
  MAX_ITERATIONS,
  /** The agent spent all the money that it was allowed. */
  BUDGET_EXCEEDED,
  /** Any other reason. */
  OTHER
}
