package dev.agentgate.runtime.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.agentgate.config.ConfigurationFixture;
import dev.agentgate.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StartupChecksTest {
  @TempDir Path directory;

  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void keepDataInTheTestsDirectory() {
    environment.put("AGENTGATE_DATA_DIR", directory.resolve("a/new/one").toString());
  }

  @Test
  void theDefaultsHaveNoProblem() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void lookingCreatesNothing() {
    problems();

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void allProblemsAreNamedAtOnceWithKeyReasonAndRemedy() {
    environment.put("AGENTGATE_QUEUE_MAX_CONCURRENT", "0");
    environment.put("AGENTGATE_DEFAULT_AGENT", "clyde");
    environment.put("AGENTGATE_HEALTH_READINESS_ALERTS", "stuck,bored");

    assertThat(problems())
        .containsExactly(
            new Problem(
                "agentgate.default-agent",
                "is not the name of an agent (clyde)",
                "choose from aider, claude-code, claude-code-subscription, codex, gemini, opencode,"
                    + " shell"),
            new Problem(
                "agentgate.health.readiness-alerts",
                "has an unknown kind of alert: bored",
                "choose from agent, budget, disk, memory, publication, quarantine, queue-depth,"
                    + " resources, store, stuck, survivors"),
            new Problem("agentgate.queue.max-concurrent", "is 0", "set at least 1"));
    assertThat(problems().getLast())
        .hasToString(
            "agentgate.queue.max-concurrent is 0: set at least 1"
                + " [AGENTGATE_QUEUE_MAX_CONCURRENT]");
  }

  private List<Problem> problems() {
    return StartChecksFixture.problems(ConfigurationFixture.configOf(environment));
  }

  /** Forms and bounds. */
  @Nested
  class Values {
    @ParameterizedTest
    @CsvSource({
      "AGENTGATE_QUEUE_MAX_CONCURRENT,0,agentgate.queue.max-concurrent",
      "AGENTGATE_QUEUE_MAX_DEPTH,0,agentgate.queue.max-depth",
      "AGENTGATE_QUEUE_MAX_CONCURRENT_PER_REPOSITORY,-1,agentgate.queue.max-concurrent-per-repository",
      "AGENTGATE_QUEUE_STAGGER_DELAY,PT-1S,agentgate.queue.stagger-delay",
      "AGENTGATE_QUEUE_PRIORITY_AGING,PT0S,agentgate.queue.priority-aging",
      "AGENTGATE_QUEUE_PRIORITY_AGING,366d,agentgate.queue.priority-aging",
      "AGENTGATE_RUN_MAX_TIME,0,agentgate.run.max-time",
      "AGENTGATE_RUN_MAX_TIME,8d,agentgate.run.max-time",
      "AGENTGATE_RUN_KILL_GRACE,-1,agentgate.run.kill-grace",
      "AGENTGATE_RUN_LOG_MAX_SIZE,0,agentgate.run.log-max-size",
      "AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT,PT-20S,agentgate.shutdown.drain-timeout",
      "AGENTGATE_HEALTH_STUCK_THRESHOLD,0,agentgate.health.stuck-threshold",
      "AGENTGATE_HEALTH_QUEUE_DEPTH_THRESHOLD,-1,agentgate.health.queue-depth-threshold",
      "AGENTGATE_MAINTENANCE_ORPHAN_CLEANUP_EVERY,0,agentgate.maintenance.orphan-cleanup-every",
      "AGENTGATE_MAINTENANCE_STALE_CHECK_EVERY,0,agentgate.maintenance.stale-check-every",
      "AGENTGATE_MAINTENANCE_RETENTION,0,agentgate.maintenance.retention",
      "AGENTGATE_WEBHOOKS_STATUSES,done,agentgate.webhooks.statuses",
      "AGENTGATE_WEBHOOKS_TIMEOUT,0,agentgate.webhooks.timeout",
      "AGENTGATE_WEBHOOKS_MAX_ATTEMPTS,0,agentgate.webhooks.max-attempts",
      "AGENTGATE_GITHUB_API_URL,api.github.com,agentgate.github.api-url",
      "AGENTGATE_GITHUB_API_URL,file:///api,agentgate.github.api-url",
      "AGENTGATE_GITHUB_API_URL,https://me:secret@api.github.com,agentgate.github.api-url",
      "AGENTGATE_DATA_DIR,~/data,agentgate.data-dir",
      "AGENTGATE_AUTH_KEYS_FILE,keys,agentgate.auth.keys-file",
      "AGENTGATE_AUTH_KEYS_FILE,/does/not/exist,agentgate.auth.keys-file",
      "AGENTGATE_WORKSPACE_LOCAL_ROOTS,here,agentgate.workspace.local-roots",
      "AGENTGATE_WORKSPACE_LOCAL_ROOTS,/does/not/exist,agentgate.workspace.local-roots",
      "AGENTGATE_WORKSPACE_LOCAL_ROOTS,/,agentgate.workspace.local-roots",
      "AGENTGATE_DEFAULT_AGENT,shell,agentgate.default-agent",
      "AGENTGATE_AGENTS_CODEX_HOME,mine,agentgate.agents.codex.home",
      "AGENTGATE_AGENTS_CODEX_HOME_TEMPLATE,/tmp,agentgate.agents.\"codex\".home-template",
      "AGENTGATE_BUDGET_DAILY_USD,-1,agentgate.budget.daily-usd",
      "AGENTGATE_AGENTS_CLAUDE_CODE_DAILY_USD,-1,agentgate.agents.claude-code.daily-usd",
      "AGENTGATE_AGENTS_CODEX_DAILY_USD,5,agentgate.agents.\"codex\".daily-usd",
      "AGENTGATE_AGENTS_AIDER_DAILY_USD,5,agentgate.agents.\"aider\".daily-usd",
      "AGENTGATE_AGENTS_MINE_COMMAND,' ,x',agentgate.agents.\"mine\".command",
    })
    void aValueOutOfBoundsIsAProblemOfItsKey(String variable, String value, String key) {
      environment.put(variable, value);

      assertThat(problems()).extracting(Problem::key).containsExactly(key);
    }

    @ParameterizedTest
    @ValueSource(strings = {",x", "x,,y", "x,", ","})
    void anEmptyItemOfAListIsAProblemBecauseItWouldBeDropped(String list) {
      environment.put("AGENTGATE_AGENTS_MINE_COMMAND", list);

      assertThat(problems())
          .first()
          .asString()
          .startsWith("agentgate.agents.mine.command has an empty item")
          .endsWith("[AGENTGATE_AGENTS_MINE_COMMAND]");
    }

    @ParameterizedTest
    @CsvSource({
      "AGENTGATE_QUEUE_STAGGER_DELAY,0",
      "AGENTGATE_RUN_MAX_TIME,7d",
      "AGENTGATE_RUN_KILL_GRACE,0",
      "AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT,0",
      "AGENTGATE_HEALTH_QUEUE_DEPTH_THRESHOLD,0",
      "AGENTGATE_QUEUE_MAX_DEPTH,1",
      "AGENTGATE_QUEUE_MAX_CONCURRENT,1",
      "AGENTGATE_MAINTENANCE_RETENTION,1ms"
    })
    void aValueAtItsBoundIsNone(String variable, String value) {
      environment.put(variable, value);

      assertThat(problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "AGENTGATE_QUEUE_AUTO_PROCESS,ture,agentgate.queue.auto-process,is neither true nor false (ture)",
      "AGENTGATE_AUTH_ANONYMOUS,'',agentgate.auth.anonymous,is empty",
      "AGENTGATE_AGENTS_CODEX_ENABLED,nope,agentgate.agents.codex.enabled,is neither true nor false (nope)",
      "AGENTGATE_AGENTS_MINE_ENABLED,true,'agentgate.agents.\"mine\".command',is missing or empty",
      "AGENTGATE_QUEUE_MAX_CONCURRENT,two,agentgate.queue.max-concurrent,is not a whole number (two)",
      "AGENTGATE_QUEUE_MAX_DEPTH,99999999999,agentgate.queue.max-depth,is not a whole number (99999999999)",
      "AGENTGATE_RUN_KILL_GRACE,soon,agentgate.run.kill-grace,is not a valid duration (soon)",
      "AGENTGATE_MAINTENANCE_RETENTION,7 days,agentgate.maintenance.retention,is not a valid duration (7 days)",
      "AGENTGATE_MAINTENANCE_RETENTION,P,agentgate.maintenance.retention,is not a valid duration (P)",
      "AGENTGATE_QUEUE_MIN_FREE_DISK,1 gig,agentgate.queue.min-free-disk,is not a valid size (1 gig)",
      "AGENTGATE_DATA_DIR,'',agentgate.data-dir,is empty",
      "AGENTGATE_DEFAULT_AGENT,'',agentgate.default-agent,is empty",
      "AGENTGATE_WEBHOOKS_STATUSES,'',agentgate.webhooks.statuses,is empty",
    })
    void aValueThatIsNotOfItsFormIsAProblemAndNoOther(
        String variable, String value, String key, String reason) {
      environment.put(variable, value);

      assertThat(problems())
          .extracting(Problem::key, Problem::reason)
          .containsExactly(tuple(key, reason));
    }

    @Test
    void valuesOfTheWrongFormAreNamedTogetherWithAllOtherProblems() {
      environment.put("AGENTGATE_QUEUE_AUTO_PROCESS", "ture");
      environment.put("AGENTGATE_RUN_KILL_GRACE", "soon");
      environment.put("AGENTGATE_QUEUE_MAX_CONCURRENT", "0");

      assertThat(problems())
          .extracting(Problem::key)
          .containsExactly(
              "agentgate.queue.auto-process",
              "agentgate.queue.max-concurrent",
              "agentgate.run.kill-grace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "Yes", "on", "1", "FALSE", "no", "off", "0"})
    void aBooleanIsWrittenInTheUsualWays(String text) {
      environment.put("AGENTGATE_QUEUE_AUTO_PROCESS", text);

      assertThat(problems()).isEmpty();
    }
  }

  @Nested
  class Urls {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "ftp://example.com",
          "github.com",
          "https:///acme",
          "file://relative/path#x",
          "https://github.com?x=1",
          "https://me:pa55@github.com",
          "not a url pa55",
          "ext::sh -c pa55"
        })
    void aBaseUrlThatIsNoneIsAProblemAndIsNotRepeated(String url) {
      environment.put("AGENTGATE_GITHUB_BASE_URL", url);

      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.github.base-url");
      assertThat(problems().toString()).doesNotContain("pa55");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "https://github.com",
          "http://mirror:8080/git",
          "ssh://git@git.example.com",
          "file:///srv/git"
        })
    void aBaseUrlOfAKnownSchemeIsNone(String url) {
      environment.put("AGENTGATE_GITHUB_BASE_URL", url);

      assertThat(problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://hooks.example.com", "hooks.example.com/a", "https:///a", "a b"})
    void aWebhookIsAnHttpUrl(String url) {
      environment.put("AGENTGATE_WEBHOOKS_URLS", url);
      environment.put("AGENTGATE_WEBHOOKS_SECRET", "a-secret-that-is-long");

      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.webhooks.urls");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"10.1.2.3:3001", "ftp://10.1.2.3", "http://a/b", "http://u:p@a", "http://"})
    void theAddressOfAnInstanceIsAUrlWithoutAPath(String address) {
      environment.put("AGENTGATE_INSTANCE_ADDRESS", address);
      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.instance.address");

      environment.put("AGENTGATE_INSTANCE_ADDRESS", "https://[fd00::1]:3001/");
      assertThat(problems()).isEmpty();
    }

    @Test
    void noPasswordOfAWebhooksUrlIsShown() {
      environment.put("AGENTGATE_WEBHOOKS_URLS", "https://u:hunter2@hooks.example.com/");
      environment.put("AGENTGATE_WEBHOOKS_SECRET", "a-secret-that-is-long");

      assertThat(problems()).hasSize(1).noneMatch(it -> it.toString().contains("hunter2"));
    }
  }

  @Nested
  class Secrets {
    @Test
    void aKeyThatTheHeadOfARequestMayNotHoldIsAProblem() {
      environment.put("AGENTGATE_AUTH_API_KEY", "k".repeat(4096));
      assertThat(problems()).isEmpty();

      environment.put("AGENTGATE_AUTH_API_KEY", "k".repeat(4097));
      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.auth.api-key");
    }

    @Test
    void aTokenWithALineEndIsAProblemThatDoesNotShowIt() {
      environment.put("AGENTGATE_GITHUB_TOKEN", "ghp_hush\nInjected: header");

      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.github.token");
      assertThat(problems().toString()).doesNotContain("ghp_").doesNotContain("Injected");
    }

    @Test
    void aWebhookNeedsASecretThatIsHardToGuess() {
      environment.put("AGENTGATE_WEBHOOKS_URLS", "https://hooks.example.com/");
      assertThat(problems())
          .extracting(Problem::key, Problem::reason)
          .containsExactly(tuple("agentgate.webhooks.secret", "is not set"));

      environment.put("AGENTGATE_WEBHOOKS_SECRET", "hunter2");
      assertThat(problems())
          .extracting(Problem::key, Problem::reason)
          .containsExactly(tuple("agentgate.webhooks.secret", "is too short"));

      environment.put("AGENTGATE_WEBHOOKS_SECRET", "0123456789abcdef");
      assertThat(problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"   ", " hush", "hush ", "\uFEFFhush", "hush\nhush", "hush\thush", "hushä"})
    void aKeyThatNoRequestCanShowIsAProblemAndIsNotRepeated(String key) {
      environment.put("AGENTGATE_AUTH_API_KEY", key);

      assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.auth.api-key");
      assertThat(problems().toString()).doesNotContain("hush");
    }
  }

  @Nested
  class AgentsAndCosts {
    @Test
    void aModelNeedsAPriceForBothDirectionsThatIsANumber() {
      assertThat(
              StartChecksFixture.problems(
                  ConfigurationFixture.configOf(
                      environment,
                      Map.of(
                          "agentgate.prices.\"openai/gpt-5.1\".input-usd", "1.25",
                          "agentgate.prices.\"openai/gpt-5.1\".cached-input-usd", "0.125",
                          "agentgate.prices.\"openai/gpt-5.1\".output-usd", "10"))))
          .isEmpty();
      assertThat(
              StartChecksFixture.problems(
                  ConfigurationFixture.configOf(
                      environment,
                      Map.of(
                          "agentgate.prices.\"a.b\".input-usd", "cheap",
                          "agentgate.prices.\"a.b\".output-usd", "-1",
                          "agentgate.prices.c.input-usd", "1"))))
          .extracting(Problem::key)
          .containsExactlyInAnyOrder(
              "agentgate.prices.\"a.b\".input-usd",
              "agentgate.prices.\"a.b\".output-usd",
              "agentgate.prices.\"c\".output-usd");
    }

    @Test
    void aDailyBudgetNeedsAnAgentWhoseCostsBecomeKnown() {
      environment.put("AGENTGATE_BUDGET_DAILY_USD", "0");
      environment.put("AGENTGATE_AGENTS_CLAUDE_CODE_DAILY_USD", "12.50");
      assertThat(problems()).isEmpty();

      environment.put("AGENTGATE_AGENTS_CODEX_DAILY_USD", "5");
      assertThat(
              StartChecksFixture.problems(
                  ConfigurationFixture.configOf(
                      environment,
                      Map.of(
                          "agentgate.prices.gpt.input-usd", "1",
                          "agentgate.prices.gpt.output-usd", "10"))))
          .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AGENTGATE_GITHUB_TOKEN", "A=b", "$(id)"})
    void anAgentSeesNoneOfTheServicesOwnVariables(String name) {
      environment.put("AGENTGATE_AGENTS_CODEX_ENVIRONMENT_PASSTHROUGH", "PATH," + name);

      assertThat(problems())
          .extracting(Problem::key)
          .containsExactly("agentgate.agents.\"codex\".environment-passthrough");
    }
  }

  @Nested
  class Directories {
    @Test
    void aTemplateOfHomesIsADirectoryWithoutTheDataDirectory(@TempDir Path directory)
        throws IOException {
      environment.put("AGENTGATE_AGENTS_CODEX_HOME", "order");
      environment.put("AGENTGATE_AGENTS_CODEX_HOME_TEMPLATE", directory.toString());
      assertThat(problems()).isEmpty();

      Path file = Files.createFile(directory.resolve("file"));
      for (String wrong : List.of("relative", file.toString(), directory + "/missing", "/")) {
        environment.put("AGENTGATE_AGENTS_CODEX_HOME_TEMPLATE", wrong);
        assertThat(problems())
            .as(wrong)
            .extracting(problem -> problem.key().replace("\"", ""))
            .containsExactly("agentgate.agents.codex.home-template");
      }
    }

    @Test
    void aDataDirectoryThatIsAFileOrBelowOneIsAProblem() throws IOException {
      Path file = Files.createFile(directory.resolve("file"));
      for (Path name : List.of(file, file.resolve("below"))) {
        environment.put("AGENTGATE_DATA_DIR", name.toString());

        assertThat(problems()).extracting(Problem::key).containsExactly("agentgate.data-dir");
      }
    }

    @Test
    void aLocalRootThatHoldsTheDataDirectoryIsAProblem() {
      environment.put("AGENTGATE_WORKSPACE_LOCAL_ROOTS", directory.toString());

      assertThat(problems())
          .extracting(Problem::key)
          .containsExactly("agentgate.workspace.local-roots");
    }
  }
}
