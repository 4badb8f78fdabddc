package dev.agentgate.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.Samples.Told;
import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples of real agents, each with exactly what is to be read from it. */
class OutputReaderTest {
  private static final String DONE = "Done. I changed README.md and added AGENT.txt.";
  private static final Set<String> USED = new LinkedHashSet<>();

  @BeforeAll
  static void begin() {
    USED.clear();
  }

  @AfterAll
  static void everySampleIsRead() {
    assertThat(USED).containsExactlyInAnyOrderElementsOf(Samples.names());
  }

  private static Told told(String name) {
    USED.add(name);
    return Samples.told(Samples.formatOf(name), Samples.read(name));
  }

  private static AgentReport report(
      String session, String model, String result, Usage usage, long turns, String cost) {
    return new AgentReport(
        Optional.of(session),
        optional(model),
        optional(result),
        (turns < 0 ? usage : usage.withTurns(OptionalLong.of(turns)))
            .withCost(optional(cost).map(BigDecimal::new)));
  }

  private static Optional<String> optional(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static AgentVerdict.Failed failed(AgentFailure failure, String message) {
    return new AgentVerdict.Failed(failure, message, Optional.empty());
  }

  private static AgentVerdict.Failed limited(String message, String until) {
    return new AgentVerdict.Failed(
        AgentFailure.USAGE_LIMIT, message, Optional.of(Instant.parse(until)));
  }

  @Nested
  class Claude {
    @ParameterizedTest
    @CsvSource({
      "claude-2.1.332-success.jsonl, 20dec524-1122-4a37-a0f2-f2a32b07e908, 19500, 126, 3, 0.02442",
      "claude-2.1.332-tool-progress.jsonl, a1944f99-afc1-4e7d-9631-92d6de575991, 19500, 126, 3,"
          + " 0.02442",
      // The second result has the tokens since the first, and the cost of both.
      "claude-2.1.332-two-results-in-one-run.jsonl, 9f724dc9-40b0-4550-95ee-dbaf48214fb4, 19500,"
          + " 126, 3, 0.02442",
      "claude-2.1.332-background-task-after-result.jsonl, 17074dad-18f3-46a9-9751-2c3adf0a45d4,"
          + " 13000, 84, 2, 0.01628",
      // Its total of 0.02442 has the cost of the run before.
      "claude-2.1.332-resume.jsonl, 11111111-2222-4333-8444-555555555555, 6500, 42, 1, 0.00814"
    })
    void succeeds(String name, String session, long input, long output, long turns, String cost) {
      Told told = told(name);
      assertThat(told.report())
          .isEqualTo(
              report(
                  session,
                  "claude-opus-5-5",
                  DONE,
                  Samples.usage(input, input / 6500 * 5000, output),
                  turns,
                  cost));
      assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
      assertThat(told.finished()).isTrue();
    }

    @Test
    void stopsAtTheBudget() {
      Told told = told("claude-2.1.332-max-budget.jsonl");
      assertThat(told.report())
          .isEqualTo(
              report(
                  "774948bd-415b-45b9-817d-9ff794c75bfc",
                  "claude-opus-5-5",
                  "Step 7: I will run a command.",
                  Samples.usage(45500, 35000, 294),
                  7,
                  "0.05698"));
      assertThat(told.verdict())
          .isEqualTo(failed(AgentFailure.BUDGET_EXCEEDED, "Reached maximum budget ($0.05)"));
    }

    @Test
    void stopsAtTheLastTurn() {
      Told told = told("claude-2.1.332-max-turns.jsonl");
      assertThat(told.report())
          .isEqualTo(
              report(
                  "35039ff7-41e0-418f-bc8c-6b72ec6b775d",
                  "claude-opus-5-5",
                  "Step 3: I will run a command.",
                  Samples.usage(19500, 15000, 126),
                  4,
                  "0.02442"));
      assertThat(told.verdict())
          .isEqualTo(failed(AgentFailure.MAX_ITERATIONS, "Reached maximum number of turns (3)"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            invalid-key        | AGENT_AUTH        | Invalid API key · Fix external API key
            not-logged-in      | AGENT_AUTH        | Not logged in · Please run /login
            token-revoked      | AGENT_AUTH        | Failed to authenticate: OAuth token revoked. Please log in again or contact your administrator.
            credit-too-low     | USAGE_LIMIT       | Credit balance is too low
            rate-limit         | AGENT_UNAVAILABLE | API Error: Request rejected (429) · This request would exceed your organization's rate limit of 50 requests per minute.
            overloaded         | AGENT_UNAVAILABLE | API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary. Try again in a moment. If it persists, check your inference gateway (127.0.0.1:9999).
            server-error       | AGENT_UNAVAILABLE | API Error: 500 Internal server error. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:9999).
            connection-refused | AGENT_UNAVAILABLE | API Error: Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)
            model-not-found    | OTHER             | There's an issue with the selected model (claude-opus-5-5). It may not exist or you may not have access to it. Run --model to pick a different model.
            unknown-session    | OTHER             | No conversation found with session ID: 99999999-2222-4333-8444-555555555555
            """)
    void fails(String scenario, AgentFailure failure, String message) {
      Told told = told("claude-2.1.332-" + scenario + ".jsonl");
      assertThat(told.verdict()).isEqualTo(failed(failure, message));
      assertThat(told.finished()).isTrue();
      // What the program says of an error is not what the agent said.
      assertThat(told.report().result()).isEmpty();
      assertThat(told.report().usage().costUsd()).contains(BigDecimal.ZERO);
    }

    @Test
    void hitsALimitThatNamesItsEnd() {
      Told told = told("claude-2.1.332-usage-limit.jsonl");
      assertThat(told.verdict())
          .isEqualTo(
              limited(
                  "You've hit your 5-hour limit · resets 10:48pm (UTC)", "2026-11-25T22:48:36Z"));
      assertThat(told.report().model()).contains("claude-sonnet-5-5");
    }

    @Test
    void signsOfLifeAreNoProgress() {
      String name = "claude-2.1.332-tool-progress.jsonl";
      String text = new String(Samples.read(name), UTF_8);
      int heartbeat = text.indexOf("{\"type\":\"tool_progress\"");
      int after = text.indexOf("{\"type\":\"system\",\"subtype\":\"task_notification\"");
      OutputReader reader = Samples.reader(name);
      byte[] before = text.substring(0, after).getBytes(UTF_8);
      reader.accept(before, 0, before.length);
      assertThat(reader.progress()).isEqualTo(heartbeat);
      byte[] rest = text.substring(after).getBytes(UTF_8);
      reader.accept(rest, 0, rest.length);
      assertThat(reader.progress()).isEqualTo(text.length());
    }

    @Test
    void retriesAreToldAndAreNoProgress() {
      String name = "claude-2.1.332-invalid-key.jsonl";
      String text = new String(Samples.read(name), UTF_8);
      int retry = text.indexOf("{\"type\":\"system\",\"subtype\":\"api_retry\"");
      int after = text.indexOf("{\"type\":\"assistant\"");
      OutputReader reader = Samples.reader(name);
      byte[] before = text.substring(0, after).getBytes(UTF_8);
      reader.accept(before, 0, before.length);
      assertThat(reader.progress()).isEqualTo(retry);
      assertThat(reader.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
      assertThat(reader.retrying())
          .contains(failed(AgentFailure.AGENT_AUTH, "Retrying after authentication_failed (401)"));
    }

    @Test
    void anAgentThatGoesOnAfterItsResultHasNotFinished() {
      String name = "claude-2.1.332-two-results-in-one-run.jsonl";
      String text = new String(Samples.read(name), UTF_8);
      int first = text.indexOf("{\"duration_api_ms\"");
      int second = text.lastIndexOf("{\"type\":\"system\",\"subtype\":\"init\"");
      OutputReader reader = Samples.reader(name);
      byte[] bytes = text.getBytes(UTF_8);
      reader.accept(bytes, 0, first);
      assertThat(reader.finished()).isFalse();
      reader.accept(bytes, first, second);
      assertThat(reader.finished()).isTrue();
      assertThat(reader.report().usage())
          .isEqualTo(
              Samples.usage(13000, 10000, 84)
                  .withTurns(OptionalLong.of(2))
                  .withCost(Optional.of(new BigDecimal("0.01628"))));
      reader.accept(bytes, second, bytes.length - 100);
      assertThat(reader.finished()).isFalse();
      reader.accept(bytes, bytes.length - 100, bytes.length);
      assertThat(reader.finished()).isTrue();
    }

    @Test
    void usageIsKnownWhileTheRunGoesOn() {
      String name = "claude-2.1.332-success.jsonl";
      byte[] bytes = Samples.read(name);
      int result = new String(bytes, UTF_8).indexOf("{\"duration_api_ms\"");
      OutputReader reader = Samples.reader(name);
      reader.accept(bytes, 0, result);
      // Each of three messages has two lines with the same usage, and the last one has one.
      assertThat(reader.report().usage()).isEqualTo(Samples.usage(19500, 15000, 3));
    }

    @Test
    void theHighestTotalCountsWhereAResultAfterAnErrorSaysZero() {
      Told told =
          toldByClaude(
              """
              {"type":"result","subtype":"success","is_error":false,"result":"ok","total_cost_usd":0.5,"usage":{"input_tokens":10}}
              {"type":"result","subtype":"error_during_execution","is_error":true,"errors":["boom"],"total_cost_usd":0}
              """,
              Usage.UNKNOWN);
      assertThat(told.report().usage().costUsd()).contains(new BigDecimal("0.5"));
      assertThat(told.verdict()).isEqualTo(failed(AgentFailure.OTHER, "boom"));
      assertThat(told.report().result()).contains("ok");
    }

    @Test
    void aTotalThatCountsOnIsLessWhatTheSessionHadCost() {
      Told told =
          toldByClaude(
              """
              {"type":"result","subtype":"success","is_error":false,"result":"ok","total_cost_usd":0.5}
              """,
              Usage.UNKNOWN.withCost(Optional.of(new BigDecimal("0.2"))));
      assertThat(told.report().usage().costUsd()).contains(new BigDecimal("0.3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1795646916", "1795646916000"})
    void theEndOfALimitIsInSecondsOrMilliseconds(String epoch) {
      Told told =
          toldByClaude(
              """
              {"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":%s}}
              {"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"No more for now"}
              """
                  .formatted(epoch),
              Usage.UNKNOWN);
      assertThat(told.verdict()).isEqualTo(limited("No more for now", "2026-11-25T22:48:36Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"allowed", "allowed_warning"})
    void aWarningIsNoLimit(String status) {
      Told told =
          toldByClaude(
              """
              {"type":"rate_limit_event","rate_limit_info":{"status":"%s","resetsAt":1795646916}}
              {"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"Too many requests"}
              """
                  .formatted(status),
              Usage.UNKNOWN);
      assertThat(told.verdict())
          .isEqualTo(failed(AgentFailure.AGENT_UNAVAILABLE, "Too many requests"));
    }

    @Test
    void anOldLimitHasItsEndBehindTheSentence() {
      Told told =
          toldByClaude(
              """
              {"type":"result","subtype":"success","is_error":true,"result":"Claude AI usage limit reached|1795646916"}
              """,
              Usage.UNKNOWN);
      assertThat(told.verdict())
          .isEqualTo(limited("Claude AI usage limit reached", "2026-11-25T22:48:36Z"));
    }

    @Test
    void theResultOfAnotherSessionIsALie() {
      Told told =
          toldByClaude(
              """
              {"type":"system","subtype":"init","session_id":"mine","model":"m"}
              {"type":"result","subtype":"success","is_error":false,"session_id":"yours","result":"done","total_cost_usd":99}
              """,
              Usage.UNKNOWN);
      assertThat(told.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
      assertThat(told.finished()).isFalse();
      assertThat(told.report())
          .isEqualTo(
              new AgentReport(
                  Optional.of("mine"), Optional.of("m"), Optional.empty(), Usage.UNKNOWN));
    }

    @Test
    void aCostOfNothingForSomethingIsUnknownUnlessTheModelHasAPrice() {
      String text =
          """
          {"type":"system","subtype":"init","model":"home-made"}
          {"type":"result","subtype":"success","is_error":false,"result":"ok","total_cost_usd":0,"usage":{"input_tokens":1000000,"output_tokens":100000}}
          """;
      assertThat(toldByClaude(text, Usage.UNKNOWN).report().usage().costUsd()).isEmpty();
      OutputReader reader =
          OutputReader.of(
              OutputFormat.CLAUDE_STREAM_JSON,
              new OutputContext(
                  () -> Samples.NOW,
                  ZoneOffset.UTC,
                  Optional.empty(),
                  Usage.UNKNOWN,
                  new Prices(
                      Map.of(
                          "home-made",
                          new Price(new BigDecimal("2"), Optional.empty(), BigDecimal.TEN)))));
      byte[] bytes = text.getBytes(UTF_8);
      reader.accept(bytes, 0, bytes.length);
      assertThat(reader.report().usage().costUsd()).contains(new BigDecimal("3"));
    }

    private static Told toldByClaude(String text, Usage before) {
      OutputReader reader =
          OutputReader.of(
              OutputFormat.CLAUDE_STREAM_JSON,
              new OutputContext(
                  () -> Samples.NOW, ZoneOffset.UTC, Optional.empty(), before, Prices.NONE));
      byte[] bytes = text.getBytes(UTF_8);
      reader.accept(bytes, 0, bytes.length);
      reader.end();
      return Told.by(reader);
    }
  }

  @Nested
  class Codex {
    @ParameterizedTest
    @CsvSource({
      "codex-0.169.0-exec-json-success.jsonl, 01a2143d-f674-7890-90b5-bd412608e9ac, 19500, 126",
      "codex-0.169.0-exec-json-resume.jsonl, 01a21451-71f3-74f1-a2bd-cce4563f4e37, 13000, 84",
      // A command that fails is no failure of the agent.
      "codex-0.169.0-exec-json-err.jsonl, 01a21451-bde1-7642-a263-914c0bfca269, 13000, 84"
    })
    void succeeds(String name, String session, long input, long output) {
      Told told = told(name);
      assertThat(told.report())
          .isEqualTo(
              report(session, "", DONE, Samples.usage(input, input / 6500 * 5000, output), -1, ""));
      assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
      assertThat(told.finished()).isTrue();
    }

    @Test
    void tokensOfAThreadThatIsContinuedAreLessWhatItHadUsedAndHaveAPrice() {
      OutputReader reader =
          OutputReader.of(
              OutputFormat.CODEX_JSON,
              new OutputContext(
                  () -> Samples.NOW,
                  ZoneOffset.UTC,
                  Optional.of("openai/gpt-6.1-sol"),
                  Samples.usage(6500, 5000, 42),
                  new Prices(
                      Map.of(
                          "gpt-6.1-sol",
                          new Price(
                              new BigDecimal("1.25"),
                              Optional.of(new BigDecimal("0.125")),
                              BigDecimal.TEN)))));
      byte[] bytes = Samples.read("codex-0.169.0-exec-json-resume.jsonl");
      reader.accept(bytes, 0, bytes.length);
      assertThat(reader.report())
          .isEqualTo(
              report(
                  "01a21451-71f3-74f1-a2bd-cce4563f4e37",
                  "openai/gpt-6.1-sol",
                  DONE,
                  Samples.usage(6500, 5000, 42),
                  -1,
                  // 1,500 fresh, 5,000 cached and 42 written tokens.
                  "0.00292"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            401   | AGENT_AUTH        | unexpected status 401 Unauthorized: Incorrect API key provided: sk-fake***. You can find your API key at https://platform.openai.com/account/api-keys., url: http://127.0.0.1:9999/v1/responses
            429   | AGENT_UNAVAILABLE | exceeded retry limit, last status: 429 Too Many Requests
            500   | AGENT_UNAVAILABLE | We’re currently experiencing high demand, which may cause temporary errors.
            503   | AGENT_UNAVAILABLE | Selected model is at capacity. Please try a different model.
            drop  | AGENT_UNAVAILABLE | stream disconnected before completion: Transport error: network error: error decoding response body
            quota | USAGE_LIMIT       | Quota exceeded. Check your plan and billing details.
            """)
    void fails(String scenario, AgentFailure failure, String message) {
      Told told = told("codex-0.169.0-exec-json-" + scenario + ".jsonl");
      assertThat(told.verdict()).isEqualTo(failed(failure, message));
      assertThat(told.finished()).isTrue();
      assertThat(told.report().usage()).isEqualTo(Usage.UNKNOWN);
    }

    @Test
    void hitsALimitThatNamesATimeOfDay() {
      assertThat(told("codex-0.169.0-exec-json-limit.jsonl").verdict())
          .isEqualTo(
              limited(
                  "You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro),"
                      + " visit https://chatgpt.com/settings/usage to purchase more credits or try"
                      + " again at 11:06 PM.",
                  "2026-11-25T23:06:00Z"));
    }

    @Test
    void tellsWhatItTriesAgainForEver() {
      String name = "codex-0.169.0-exec-json-refused.jsonl";
      Told told = told(name);
      assertThat(told.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
      assertThat(told.finished()).isFalse();
      assertThat(told.retrying())
          .contains(
              failed(
                  AgentFailure.AGENT_UNAVAILABLE,
                  "Reconnecting... waiting for network (Connection failed: error sending"
                      + " request)"));
      String text = new String(Samples.read(name), UTF_8);
      String started = "{\"type\":\"turn.started\"}\n";
      assertThat(told.progress()).isEqualTo(text.indexOf(started) + started.length());
    }

    @Test
    void anErrorThatIsNoEventIsItsSentence() {
      String text =
          """
          WARNING: proceeding, even though we could not create PATH aliases
          Error: thread/resume: thread/resume failed: no rollout found for thread id 01a2 (code -32600)

          Stack backtrace:
             0: <unknown>
          """;
      assertThat(Samples.told(OutputFormat.CODEX_JSON, text.getBytes(UTF_8)).verdict())
          .isEqualTo(
              failed(
                  AgentFailure.OTHER,
                  "Error: thread/resume: thread/resume failed: no rollout found for thread id 01a2"
                      + " (code -32600)"));
    }
  }

  @Nested
  class Opencode {
    @Test
    void addsUpItsSteps() {
      Told told = told("opencode-1.18.33-json-success.jsonl");
      assertThat(told.report())
          .isEqualTo(
              report(
                  "ses_debc191d5ffekaEdb7do72Nanj",
                  "",
                  DONE,
                  Samples.usage(19500, 15000, 126),
                  3,
                  "0.020565"));
      assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
      assertThat(told.finished()).isTrue();
    }

    @Test
    void hasNotFinishedBetweenTwoSteps() {
      String name = "opencode-1.18.33-json-success.jsonl";
      byte[] bytes = Samples.read(name);
      int last = new String(bytes, UTF_8).lastIndexOf("{\"type\":\"step_finish\"");
      OutputReader reader = Samples.reader(name);
      reader.accept(bytes, 0, last);
      assertThat(reader.finished()).isFalse();
      assertThat(reader.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
      assertThat(reader.report().usage().costUsd()).contains(new BigDecimal("0.01371"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            401    | AGENT_AUTH  | invalid x-api-key
            credit | USAGE_LIMIT | Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.
            """)
    void fails(String scenario, AgentFailure failure, String message) {
      Told told = told("opencode-1.18.33-json-" + scenario + ".jsonl");
      assertThat(told.verdict()).isEqualTo(failed(failure, message));
      assertThat(told.report().usage()).isEqualTo(Usage.UNKNOWN);
    }

    @Test
    void findsTheEndOfALimitInTheProvidersAnswer() {
      String text =
          """
          {"type":"error","sessionID":"s","error":{"name":"APIError","data":{"message":"This request would exceed your account's rate limit.","statusCode":429,"responseHeaders":{"anthropic-ratelimit-unified-reset":"1795646916"}}}}
          """;
      assertThat(Samples.told(OutputFormat.OPENCODE_JSON, text.getBytes(UTF_8)).verdict())
          .isEqualTo(
              limited(
                  "This request would exceed your account's rate limit.", "2026-11-25T22:48:36Z"));
    }
  }

  @Nested
  class Gemini {
    @Test
    void namesTheModelThatDidTheWork() {
      Told told = told("gemini-0.61.0-stream-json-success.jsonl");
      assertThat(told.report())
          .isEqualTo(
              report(
                  "9ec0249a-b419-4d14-a0aa-804740166e40",
                  "fake",
                  DONE,
                  Samples.usage(26000, 20000, 168),
                  -1,
                  ""));
      assertThat(told.verdict()).isEqualTo(AgentVerdict.SUCCEEDED);
      assertThat(told.finished()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            invalid-key | AGENT_AUTH     | API key not valid. Please pass a valid API key.
            quota       | USAGE_LIMIT    | You have exhausted your daily quota on this model.
            max-turns   | MAX_ITERATIONS | Reached max session turns for this session. Increase the number of turns by specifying maxSessionTurns in settings.json.
            """)
    void fails(String scenario, AgentFailure failure, String message) {
      Told told = told("gemini-0.61.0-stream-json-" + scenario + ".jsonl");
      assertThat(told.verdict()).isEqualTo(failed(failure, message));
      assertThat(told.finished()).isTrue();
    }

    @Test
    void tellsWhatItTriesAgainForEver() {
      Told told = told("gemini-0.61.0-stream-json-503.jsonl");
      assertThat(told.verdict()).isEqualTo(AgentVerdict.UNKNOWN);
      assertThat(told.retrying().orElseThrow().failure()).isEqualTo(AgentFailure.AGENT_UNAVAILABLE);
      assertThat(told.retrying().orElseThrow().message())
          .startsWith("Attempt 3 failed with status 503. Retrying with backoff...");
    }

    @Test
    void whatItSaysInPiecesIsOneMessageUntilItUsesATool() {
      String text =
          """
          {"type":"message","role":"assistant","content":"Let me ","delta":true}
          {"type":"message","role":"assistant","content":"look.","delta":true}
          {"type":"tool_use","tool_name":"ls"}
          {"type":"message","role":"assistant","content":"I am ","delta":true}
          {"type":"message","role":"assistant","content":"done.","delta":true}
          """;
      assertThat(Samples.told(OutputFormat.GEMINI_STREAM_JSON, text.getBytes(UTF_8)).report())
          .extracting(AgentReport::result)
          .isEqualTo(Optional.of("I am done."));
    }

    @Test
    void eachModelHasItsOwnPrice() {
      String text =
          """
          {"type":"init","session_id":"s","model":"auto"}
          {"type":"result","status":"success","stats":{"input_tokens":3000000,"cached":0,"output_tokens":0,"models":{"small":{"total_tokens":1000000,"input_tokens":1000000,"cached":0,"output_tokens":0},"big":{"total_tokens":2000000,"input_tokens":2000000,"cached":0,"output_tokens":0},"idle":{"total_tokens":0,"input_tokens":0,"cached":0,"output_tokens":0}}}}
          """;
      Price one = new Price(BigDecimal.ONE, Optional.empty(), BigDecimal.ONE);
      Price five = new Price(new BigDecimal("5"), Optional.empty(), BigDecimal.ONE);
      assertThat(priced(text, Map.of("small", one, "big", five))).contains(new BigDecimal("11"));
    }

    private static Optional<BigDecimal> priced(String text, Map<String, Price> prices) {
      OutputReader reader =
          OutputReader.of(
              OutputFormat.GEMINI_STREAM_JSON,
              new OutputContext(
                  () -> Samples.NOW,
                  ZoneOffset.UTC,
                  Optional.empty(),
                  Usage.UNKNOWN,
                  new Prices(prices)));
      byte[] bytes = text.getBytes(UTF_8);
      reader.accept(bytes, 0, bytes.length);
      assertThat(reader.report().model()).contains("big");
      return reader.report().usage().costUsd();
    }
  }

  @Nested
  class Text {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "codex-0.169.0-exec-text-success.log",
          "gemini-0.61.0-text-success.log",
          "gemini-0.61.0-untrusted-folder.log",
          "opencode-1.18.33-text-success.log"
        })
    void tellsNothingAndIsAlwaysProgress(String name) {
      assertThat(told(name))
          .isEqualTo(
              new Told(
                  AgentReport.EMPTY,
                  AgentVerdict.UNKNOWN,
                  false,
                  Samples.read(name).length,
                  Optional.empty()));
    }
  }
}
