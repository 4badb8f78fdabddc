package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          USAGE_LIMIT       | 0   | You've hit your usage limit for gpt-6. Switch to another model now, or try again later.
          USAGE_LIMIT       | 0   | Your workspace is out of credits. Add credits to continue.
          USAGE_LIMIT       | 0   | You hit your spend cap set in your workspace. Increase your spend cap to continue.
          USAGE_LIMIT       | 0   | To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.
          USAGE_LIMIT       | 429 | You exceeded your current quota, please check your plan and billing details.
          USAGE_LIMIT       | 0   | 5-hour limit reached ∙ resets 3pm
          USAGE_LIMIT       | 0   | You've hit your monthly spend limit.
          USAGE_LIMIT       | 400 | Your credit balance is too low to access the Anthropic API.
          AGENT_UNAVAILABLE | 429 | Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000. Please try again in 1s.
          AGENT_UNAVAILABLE | 429 | Quota exceeded for quota metric 'Generate Content API requests per minute'
          AGENT_UNAVAILABLE | 0   | Resource has been exhausted (e.g. check quota).
          AGENT_UNAVAILABLE | 529 | Overloaded
          AGENT_UNAVAILABLE | 0   | unexpected status 502 Bad Gateway: Unknown error
          AGENT_UNAVAILABLE | 0   | Connection failed: error sending request
          AGENT_UNAVAILABLE | 0   | request timed out
          AGENT_UNAVAILABLE | 0   | connect ECONNREFUSED 127.0.0.1:1
          AGENT_UNAVAILABLE | 0   | Access blocked by Cloudflare. This usually happens when connecting from a restricted region (status 403 Forbidden)
          AGENT_AUTH        | 0   | unexpected status 401 Unauthorized: Incorrect API key provided
          AGENT_AUTH        | 403 | OAuth token has been revoked. Please obtain a new token.
          AGENT_AUTH        | 0   | Your access token could not be refreshed because your refresh token has expired.
          AGENT_AUTH        | 0   | Invalid API key · Please run /login
          MAX_ITERATIONS    | 0   | Maximum session turns exceeded
          BUDGET_EXCEEDED   | 0   | Reached maximum budget ($0.05)
          OTHER             | 404 | model: claude-opus-5-5
          OTHER             | 0   | Codex ran out of room in the model's context window.
          OTHER             | 0   | The file was not found
          """)
  void knowsTheWordsOfTheAgentsAndTheirProviders(
      AgentFailure expected, int status, String sentence) {
    assertThat(
            FailureWords.classify(
                status == 0 ? OptionalInt.empty() : OptionalInt.of(status), sentence))
        .isEqualTo(expected);
  }
}
