package dev.agentgate.agent;

import java.util.Map;
import java.util.Optional;

/**
 * The failures that {@code claude}'s error names stand for: the {@code error} of a message, and the
 * {@code api_error} and {@code subtype} of a result. Other errors are recognised by their text.
 */
final class ClaudeErrors {
  private static final Map<String, AgentFailure> BY_NAME =
      Map.ofEntries(
          Map.entry("usage_limit_reached", AgentFailure.USAGE_LIMIT),
          Map.entry("model_requires_usage_credits", AgentFailure.USAGE_LIMIT),
          Map.entry("long_context_credits_required", AgentFailure.USAGE_LIMIT),
          Map.entry("billing_error", AgentFailure.USAGE_LIMIT),
          Map.entry("authentication_failed", AgentFailure.AGENT_AUTH),
          Map.entry("oauth_org_not_allowed", AgentFailure.AGENT_AUTH),
          Map.entry("account_on_hold", AgentFailure.AGENT_AUTH),
          Map.entry("verification_required", AgentFailure.AGENT_AUTH),
          Map.entry("cloud_credential_error", AgentFailure.AGENT_AUTH),
          Map.entry("provider_credentials", AgentFailure.AGENT_AUTH),
          Map.entry("overloaded", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("server_error", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("rate_limit", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("connection_failed", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("no_response", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("stream_idle_timeout", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("network_edge_blocked", AgentFailure.AGENT_UNAVAILABLE),
          Map.entry("error_max_turns", AgentFailure.MAX_ITERATIONS),
          Map.entry("error_max_budget_usd", AgentFailure.BUDGET_EXCEEDED));

  private ClaudeErrors() {}

  /** Returns the failure that this name stands for. */
  static Optional<AgentFailure> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
