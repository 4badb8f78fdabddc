package dev.agentgate.config;

import static dev.agentgate.config.ConfigurationFixture.configOf;
import static dev.agentgate.config.ConfigurationFixture.settingsOf;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.OutputFormat;
import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
  private static final String[] AGENTS = {
    "claude-code", "claude-code-subscription", "codex", "opencode", "gemini", "aider", "shell"
  };

  /** A value for every key that has one variable, unlike its default; the table of the manual. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          entry("AGENTGATE_DATA_DIR", "/srv/agentgate"),
          entry("AGENTGATE_STORE_KIND", "postgres"),
          entry("AGENTGATE_STORE_ARCHIVE_MAX_SIZE", "1M"),
          entry("AGENTGATE_STORE_LEASE", "PT1M"),
          entry("AGENTGATE_INSTANCE_ADDRESS", "http://10.1.2.3:3001"),
          entry("AGENTGATE_INSTANCE_ID", "one"),
          entry("AGENTGATE_DEFAULT_AGENT", "codex"),
          entry("AGENTGATE_AUTH_API_KEY", "k"),
          entry("AGENTGATE_AUTH_KEYS_FILE", "/etc/keys"),
          entry("AGENTGATE_AUTH_ANONYMOUS", "true"),
          entry("AGENTGATE_GITHUB_OWNER", "acme"),
          entry("AGENTGATE_GITHUB_BASE_URL", "https://git.example.com"),
          entry("AGENTGATE_GITHUB_TOKEN", "t"),
          entry("AGENTGATE_GIT_AUTHOR_NAME", "A Bot"),
          entry("AGENTGATE_GIT_AUTHOR_EMAIL", "bot@example.com"),
          entry("AGENTGATE_WORKSPACE_LOCAL_ROOTS", "/a,/b"),
          entry("AGENTGATE_QUEUE_AUTO_PROCESS", "false"),
          entry("AGENTGATE_QUEUE_MAX_CONCURRENT", "7"),
          entry("AGENTGATE_QUEUE_STAGGER_DELAY", "3s"),
          entry("AGENTGATE_QUEUE_MIN_AVAILABLE_MEMORY", "512M"),
          entry("AGENTGATE_QUEUE_MIN_FREE_DISK", "2G"),
          entry("AGENTGATE_QUEUE_MAX_DEPTH", "50"),
          entry("AGENTGATE_QUEUE_MAX_CONCURRENT_PER_REPOSITORY", "1"),
          entry("AGENTGATE_QUEUE_PRIORITY_AGING", "10m"),
          entry("AGENTGATE_WORKSPACE_LOCAL_SHARED", "true"),
          entry("AGENTGATE_WORKSPACE_SUBMODULES", "true"),
          entry("AGENTGATE_WORKSPACE_LFS", "true"),
          entry("AGENTGATE_WORKSPACE_KEEP", "always"),
          entry("AGENTGATE_WORKSPACE_MAX_TOTAL_SIZE", "10G"),
          entry("AGENTGATE_RUN_MAX_TIME", "2h"),
          entry("AGENTGATE_RUN_KILL_GRACE", "8s"),
          entry("AGENTGATE_RUN_LOG_MAX_SIZE", "1M"),
          entry("AGENTGATE_RUN_PATCH_MAX_SIZE", "1M"),
          entry("AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT", "10m"),
          entry("AGENTGATE_HEALTH_STUCK_THRESHOLD", "1h"),
          entry("AGENTGATE_HEALTH_QUEUE_DEPTH_THRESHOLD", "99"),
          entry("AGENTGATE_HEALTH_READINESS_ALERTS", "store,disk"),
          entry("AGENTGATE_MAINTENANCE_ORPHAN_CLEANUP_EVERY", "5m"),
          entry("AGENTGATE_MAINTENANCE_STALE_CHECK_EVERY", "1m"),
          entry("AGENTGATE_MAINTENANCE_RETENTION", "7d"),
          entry("AGENTGATE_GITHUB_API_URL", "https://api.example.com"),
          entry("AGENTGATE_BUDGET_DAILY_USD", "12.50"),
          entry("AGENTGATE_WEBHOOKS_URLS", "https://hooks.example.com/a"),
          entry("AGENTGATE_WEBHOOKS_SECRET", "s"),
          entry("AGENTGATE_WEBHOOKS_STATUSES", "failed"),
          entry("AGENTGATE_WEBHOOKS_TIMEOUT", "3s"),
          entry("AGENTGATE_WEBHOOKS_MAX_ATTEMPTS", "3"));

  @Test
  void everyKeyIsReadFromTheVariableOfItsName() throws ReflectiveOperationException {
    Settings plain = settingsOf(Map.of());
    Map<String, String> keys =
        ConfigurationFixture.keys().stream()
            .filter(key -> !key.contains("*"))
            .collect(Collectors.toMap(EnvironmentTest::variableOf, Function.identity()));
    assertThat(VALUES).as("a value for each variable").containsOnlyKeys(keys.keySet());
    for (var entry : VALUES.entrySet()) {
      String key = keys.getOrDefault(entry.getKey(), "");
      Settings changed = settingsOf(Map.of(entry.getKey(), entry.getValue()));

      assertThat(read(changed, key)).as(entry.getKey()).isNotEqualTo(read(plain, key));
    }
  }

  /** Calls the methods that a key names. */
  private static Object read(Settings settings, String key) throws ReflectiveOperationException {
    Object value = settings;
    for (String name : key.substring(Setting.PREFIX.length()).split("\\.", -1)) {
      for (Method method : value.getClass().getInterfaces()[0].getMethods()) {
        if (StringUtil.skewer(method.getName()).equals(name)) {
          value = method.invoke(value);
          break;
        }
      }
    }
    return value;
  }

  @Test
  void noVariableAtAllGivesTheDefaults() {
    var config = configOf(Map.of());

    assertThat(config.getConfigMapping(Settings.class).dataDir()).endsWith("/.agentgate");
    assertThat(config.getConfigMapping(Settings.class).agents()).containsOnlyKeys(AGENTS);
  }

  @ParameterizedTest
  @CsvSource({
    "shell,AGENTGATE_AGENTS_SHELL_ENABLED,true",
    "codex,AGENTGATE_AGENTS_CODEX_ENABLED,false",
    "claude-code,AGENTGATE_AGENTS_CLAUDE_CODE_ENABLED,false",
    "claude-code-subscription,AGENTGATE_AGENTS_CLAUDE_CODE_SUBSCRIPTION_ENABLED,false"
  })
  void anAgentIsEnabledAndDisabledByItsVariable(String agent, String variable, boolean enabled) {
    var agents =
        configOf(Map.of(variable, Boolean.toString(enabled)))
            .getConfigMapping(Settings.class)
            .agents();

    assertThat(agents).containsOnlyKeys(AGENTS);
    assertThat(agents).hasEntrySatisfying(agent, it -> assertThat(it.enabled()).isEqualTo(enabled));
  }

  @ParameterizedTest
  @CsvSource({"claude-code,CLAUDE_CODE", "codex,CODEX", "mybot,MYBOT"})
  void everySettingOfAnAgentIsReadFromItsVariable(String agent, String part)
      throws ReflectiveOperationException {
    for (Method method : AgentConfig.class.getMethods()) {
      String name = StringUtil.skewer(method.getName()).replace('-', '_').toUpperCase(Locale.ROOT);
      String value =
          switch (method.getName()) {
            case "enabled" -> "false";
            case "trustRepository" -> "true";
            case "dailyUsd" -> "12.50";
            case "home" -> "order";
            default -> "codex-json";
          };
      AgentConfig read =
          settingsOf(Map.of("AGENTGATE_AGENTS_" + part + "_" + name, value)).agents().get(agent);

      assertThat(read).as(name).isNotNull();
      assertThat(method.invoke(read).toString()).as(name).contains(value);
    }
  }

  @Test
  void anAgentMayHaveEveryFormatOfOutput() throws NoSuchMethodException {
    assertThat(AgentConfig.class.getMethod("output").getAnnotation(OneOf.class).value())
        .containsExactly(
            Stream.of(OutputFormat.values()).map(OutputFormat::wireName).toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agentgate.agents.\"claude-code\".enabled",
        "agentgate.agents.claude-code.enabled"
      })
  void anAgentsNameMayBeQuotedOrNot(String key) {
    var agents =
        configOf(Map.of("AGENTGATE_AGENTS_CLAUDE_CODE_ENABLED", "true"), Map.of(key, "false"))
            .getConfigMapping(Settings.class)
            .agents();

    assertThat(agents).containsOnlyKeys(AGENTS);
    assertThat(agents).hasEntrySatisfying("claude-code", it -> assertThat(it.enabled()).isFalse());
  }

  @Test
  void aVariableIsStrongerThanAQuotedNameInAFile() {
    var config =
        configOf(
            Map.of("AGENTGATE_AGENTS_MYBOT_ENABLED", "true"),
            Map.of(
                "config_ordinal", "100",
                "agentgate.agents.\"mybot\".command", "mybot,{prompt}",
                "agentgate.agents.\"mybot\".enabled", "false"));

    assertThat(config.getConfigMapping(Settings.class).agents())
        .hasEntrySatisfying("mybot", it -> assertThat(it.enabled()).isTrue())
        .hasEntrySatisfying(
            "mybot", it -> assertThat(it.command()).contains(List.of("mybot", "{prompt}")));
  }

  @ParameterizedTest
  @CsvSource({"30,PT30S", "10m,PT10M", "PT20S,PT20S", "7d,P7D", "500ms,PT0.5S", "2h,PT2H"})
  void durationsAreWrittenShortOrInIso8601(String text, Duration meaning) {
    var config = configOf(Map.of("AGENTGATE_MAINTENANCE_RETENTION", text));

    assertThat(config.getConfigMapping(Settings.class).maintenance().retention()).contains(meaning);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "64M,67108864", "1G,1073741824", "512K,524288", "4096,4096"})
  void sizesAreBytesOrHaveAUnit(String text, long bytes) {
    var config = configOf(Map.of("AGENTGATE_QUEUE_MIN_AVAILABLE_MEMORY", text));

    assertThat(config.getConfigMapping(Settings.class).queue().minAvailableMemory().asLongValue())
        .isEqualTo(bytes);
  }

  @Test
  void readinessAlertsAreAList() {
    var config = configOf(Map.of("AGENTGATE_HEALTH_READINESS_ALERTS", "store,disk"));

    assertThat(config.getConfigMapping(Settings.class).health().readinessAlerts())
        .hasValueSatisfying(kinds -> assertThat(kinds).containsExactlyInAnyOrder("store", "disk"));
  }

  @Test
  void readinessAlertsMayBeNone() {
    var config = configOf(Map.of("AGENTGATE_HEALTH_READINESS_ALERTS", ""));

    assertThat(config.getConfigMapping(Settings.class).health().readinessAlerts()).isEmpty();
    assertThat(configOf(Map.of()).getConfigMapping(Settings.class).health().readinessAlerts())
        .contains(Set.of("stuck", "queue-depth"));
  }

  @ParameterizedTest
  @CsvSource({
    "agentgate.data-dir,TEXT,false",
    "agentgate.auth.api-key,TEXT,true",
    "agentgate.queue.auto-process,BOOLEAN,false",
    "agentgate.queue.max-depth,NUMBER,false",
    "agentgate.queue.priority-aging,TIME,true",
    "agentgate.run.log-max-size,SIZE,false",
    "agentgate.webhooks.statuses,LIST,false",
    "agentgate.prices.gpt-5.output-usd,DECIMAL,true",
    "agentgate.prices.\"openai/gpt-5.1\".input-usd,DECIMAL,true",
    "agentgate.agents.my-bot.command,LIST,true",
    "agentgate.agents.\"my-bot\".enabled,BOOLEAN,false"
  })
  void theFormOfAValueFollowsFromTheTypeOfItsMethod(String key, ValueForm form, boolean optional) {
    assertThat(Setting.of(key))
        .hasValueSatisfying(setting -> {
          assertThat(setting.form()).isEqualTo(form);
          assertThat(setting.optional()).isEqualTo(optional);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agentgate",
        "agentgate.auth",
        "agentgate.queue.max",
        "agentgate.agents.my-bot",
        "agentgate.agents.my-bot.colour",
        "agentgate.prices.gpt-5.1.input-usd",
        "quarkus.http.port"
      })
  void noOtherKeyIsASetting(String key) {
    assertThat(Setting.of(key)).isEmpty();
  }

  static String variableOf(String key) {
    return StringUtil.replaceNonAlphanumericByUnderscores(key).toUpperCase(Locale.ROOT);
  }
}
