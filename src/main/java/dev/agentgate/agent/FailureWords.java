package dev.agentgate.agent;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Determines the kind of a failure from an error's text and HTTP status. The patterns match
 * messages of the command-line tools and of the providers behind them, as of November 2026.
 */
final class FailureWords {
  private static final Pattern RATE =
      words("rate.?limit|requests? per (minute|second)|tokens per min|per minute");

  /** "Rate limit" does not mean a usage limit, but "your account's usage limit" does. */
  private static final Pattern USAGE =
      words(
          "usage.?limit"
              + "|(5-hour|session|hourly|daily|weekly|monthly|spend|spending|opus|sonnet) limit"
              + "|hit your .{0,60}limit|spend cap"
              + "|insufficient.quota|quota exceeded|exceeded your current quota"
              + "|exhausted your .{0,60}quota|daily quota"
              + "|out of (usage )?credits|credit balance is too low|usage credits"
              + "|billing.?(error|details)|upgrade to plus");

  private static final Pattern AUTH =
      words(
          "(invalid|incorrect|missing|wrong) (x-)?api.?key|api.?key (is )?not valid|api_key_invalid"
              + "|invalid_api_key|not logged in|run /login|log ?in again|sign ?in again"
              + "|unauthorized|unauthenticated|authenticat|invalid auth|oauth token|refresh token"
              + "|permission_error|permission denied|token (has )?(been )?(revoked|expired)"
              + "|account_on_hold|verification_required|credential");

  private static final Pattern UNAVAILABLE =
      words(
          "overloaded|at capacity|high demand|too many requests|resource.?(has been )?exhausted|unavailable"
              + "|internal (server )?error|bad gateway|gateway time.?out|server_?.?error"
              + "|blocked by cloudflare|stream disconnected|disconnected before"
              + "|connection (refused|reset|failed|error|closed)|error sending request"
              + "|econn|enotfound|eai_again|etimedout|enetunreach|ehostunreach|socket hang up"
              + "|network (error|is unreachable)|waiting for network|fetch failed"
              + "|unable to connect|cannot connect|could not connect|timed? ?out");

  private static final Pattern TURNS =
      words("turnlimited|(maximum|max)( number of)?( session)? turns|max_turns");
  private static final Pattern BUDGET = words("maximum budget|max_budget|budget_exhausted");

  private static final Pattern STATUS =
      Pattern.compile(
          "(?i)\\b(?:status|error|code|http)\\W{0,4}([45]\\d\\d)\\b|\\(([45]\\d\\d)\\)");

  private static final int MOST_CHARACTERS = 4_000;

  private FailureWords() {}

  private static Pattern words(String alternatives) {
    return Pattern.compile(alternatives, Pattern.CASE_INSENSITIVE);
  }

  /**
   * Returns the kind of a failure.
   *
   * @param status the status of the provider's response; if empty, a status in the text counts
   * @param whole the message and any other text that names the error
   */
  static AgentFailure classify(OptionalInt status, String whole) {
    String text = whole.length() > MOST_CHARACTERS ? whole.substring(0, MOST_CHARACTERS) : whole;
    if (TURNS.matcher(text).find()) {
      return AgentFailure.MAX_ITERATIONS;
    }
    if (BUDGET.matcher(text).find()) {
      return AgentFailure.BUDGET_EXCEEDED;
    }
    int code = status.orElseGet(() -> statusIn(text));
    boolean rate = RATE.matcher(text).find();
    if (USAGE.matcher(text).find() && !rate) {
      return AgentFailure.USAGE_LIMIT;
    }
    boolean blocked = text.contains("blocked by Cloudflare");
    if (code == 401 || (code == 403 && !blocked) || code == 407) {
      return AgentFailure.AGENT_AUTH;
    }
    if (rate || code == 408 || code == 429 || code >= 500) {
      return AgentFailure.AGENT_UNAVAILABLE;
    }
    if (AUTH.matcher(text).find()) {
      return AgentFailure.AGENT_AUTH;
    }
    return UNAVAILABLE.matcher(text).find() ? AgentFailure.AGENT_UNAVAILABLE : AgentFailure.OTHER;
  }

  private static int statusIn(String text) {
    Matcher found = STATUS.matcher(text);
    if (!found.find()) {
      return 0;
    }
    return Integer.parseInt(found.group(1) != null ? found.group(1) : found.group(2));
  }
}
