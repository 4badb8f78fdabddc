package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.AgentChoices;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The agents that come with the service, with fake programs in their place. */
class BuiltInAgentsTest {
  private static final String PROMPT = "--attach=http://evil.example";
  private static final AgentChoices ALL =
      new AgentChoices(
          OptionalInt.of(7), Optional.of("some/model"), Optional.of(new BigDecimal("1.50")));

  @TempDir private Path directory;

  private final Map<String, String> service = new HashMap<>();

  private Agents.Invocation call(
      String type, boolean trustRepository, AgentChoices choices, Optional<String> session) {
    AgentEnvironment environment = new AgentEnvironment(service, Map.of());
    AgentProfile profile =
        BuiltInAgents.find(type, trustRepository, directory.resolve("agents"), environment::service)
            .orElseThrow();
    return new Agents(Map.of(type, new Agents.Agent(profile, true)), environment, Prices.NONE)
        .invocation(
            type,
            new AgentTask(
                WorkOrderId.next(Instant.EPOCH),
                RunId.next(Instant.EPOCH),
                PROMPT,
                directory.resolve("prompt.txt"),
                directory,
                choices,
                session),
            Optional.empty())
        .orElseThrow();
  }

  private Agents.Invocation call(String type) {
    return call(type, false, AgentChoices.NONE, Optional.empty());
  }

  static Iterable<String> types() {
    return BuiltInAgents.types();
  }

  @ParameterizedTest
  @MethodSource("types")
  void noPromptBecomesAnArgumentAndEveryAgentGetsIt(String type) throws Exception {
    Files.writeString(directory.resolve("prompt.txt"), PROMPT);
    Agents.Invocation call = call(type);
    ProcessBuilder builder = new ProcessBuilder(call.command());
    builder.command().set(0, fake(call.command().getFirst()).toString());
    builder.redirectInput(call.input().orElse(Path.of("/dev/null")).toFile());

    Process process = builder.start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).isZero();
    assertThat(call.command()).noneMatch(it -> it.contains(PROMPT) || it.contains("{"));
    assertThat(said).isEqualTo(PROMPT);
  }

  /** Says the file that is its last argument, else its standard input. */
  private Path fake(String program) throws IOException {
    Path fake = directory.resolve(program);
    Files.writeString(
        fake,
        "#!/bin/sh\nfor last; do :; done\nif test -f \"$last\"; then cat \"$last\"; else cat; fi\n");
    return Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwx------"));
  }

  @Nested
  class Choices {
    @ParameterizedTest
    @CsvSource({
      "claude-code,--model",
      "claude-code-subscription,--model",
      "codex,--model",
      "opencode,--model",
      "gemini,--model",
      "aider,--model"
    })
    void everyModelIsChosenByTheOrder(String type, String option) {
      assertThat(call(type, false, ALL, Optional.empty()).command())
          .containsSequence(option, "some/model");
      assertThat(call(type).command()).doesNotContain(option);
    }

    @Test
    void claudeHeedsIterationsAndBudget() {
      assertThat(call("claude-code", false, ALL, Optional.empty()).command())
          .containsSequence("--max-turns", "7")
          .containsSequence("--max-budget-usd", "1.50");
    }

    @ParameterizedTest
    @CsvSource({
      "claude-code,--resume s-1",
      "codex,codex exec resume s-1 -",
      "opencode,--session s-1",
      "gemini,--resume latest"
    })
    void aSessionIsContinued(String type, String words) {
      assertThat(call(type, false, ALL, Optional.of("s-1")).command())
          .containsSequence(List.of(words.split(" ", -1)))
          .containsSequence("--model", "some/model");
    }

    @Test
    void anAgentWithoutSessionsBeginsAnew() {
      assertThat(call("aider", false, ALL, Optional.of("s-1")).command())
          .isEqualTo(call("aider", false, ALL, Optional.empty()).command());
    }
  }

  @Nested
  class UntrustedRepositories {
    @Test
    void claudeReadsTheSettingsOfItsUserOnly() {
      assertThat(call("claude-code").command()).containsSequence("--setting-sources", "user");
      assertThat(call("claude-code", true, AgentChoices.NONE, Optional.empty()).command())
          .doesNotContain("--setting-sources");
    }

    @Test
    void opencodeReadsNoConfigurationOfTheProject() {
      assertThat(call("opencode").environment())
          .containsEntry("OPENCODE_DISABLE_PROJECT_CONFIG", "true");
      assertThat(call("opencode", true, AgentChoices.NONE, Optional.empty()).environment())
          .doesNotContainKey("OPENCODE_DISABLE_PROJECT_CONFIG");
    }

    @Test
    void geminiIsOverruledByTheServicesSettings() throws Exception {
      service.put("GEMINI_API_KEY", "k");
      Map<String, String> environment = call("gemini").environment();

      // A variable that is set, be it empty, is not taken from the repository's .env.
      assertThat(environment).containsEntry("GOOGLE_GEMINI_BASE_URL", "");
      assertThat(Files.readString(settings(environment)))
          .contains("\"hooksConfig\": {\"enabled\": false}")
          .contains("\"mcp\": {\"enabled\": false}")
          .contains("\"selectedType\": \"gemini-api-key\"");
      Map<String, String> trusting =
          call("gemini", true, AgentChoices.NONE, Optional.empty()).environment();
      assertThat(trusting).doesNotContainKey("GOOGLE_GEMINI_BASE_URL");
      assertThat(Files.readString(settings(trusting))).doesNotContain("hooksConfig");
    }

    private static Path settings(Map<String, String> environment) {
      return Path.of(environment.getOrDefault("GEMINI_CLI_SYSTEM_SETTINGS_PATH", ""));
    }
  }

  @Nested
  class Variables {
    @Test
    void claudeSkipsPermissionsAsRootAndLeavesNothingInTheBackground() {
      assertThat(call("claude-code").environment())
          .containsEntry("IS_SANDBOX", "1")
          .containsEntry("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1");
    }

    @Test
    void claudeGetsItsProviderAndTheSubscriptionItsTokenOnly() {
      service.putAll(
          Map.of(
              "ANTHROPIC_API_KEY", "k",
              "ANTHROPIC_AUTH_TOKEN", "t",
              "CLAUDE_CODE_USE_BEDROCK", "1",
              "AWS_REGION", "eu",
              "CLAUDE_CONFIG_DIR", "/c",
              "CLAUDE_CODE_OAUTH_TOKEN", "o"));

      assertThat(call("claude-code").environment())
          .containsKeys(
              "ANTHROPIC_API_KEY",
              "ANTHROPIC_AUTH_TOKEN",
              "CLAUDE_CODE_USE_BEDROCK",
              "AWS_REGION",
              "CLAUDE_CONFIG_DIR")
          .doesNotContainKey("CLAUDE_CODE_OAUTH_TOKEN");
      assertThat(call("claude-code-subscription").environment())
          .containsKeys("CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR")
          .doesNotContainKeys("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN");
    }

    @Test
    void codexGetsWhatItWouldIgnore() {
      service.putAll(Map.of("OPENAI_API_KEY", "k", "OPENAI_BASE_URL", "http://models/v1"));

      Agents.Invocation call = call("codex");

      assertThat(call.environment()).containsEntry("CODEX_API_KEY", "k");
      assertThat(call.command()).contains("--config=openai_base_url=http://models/v1");
      service.put("CODEX_API_KEY", "own");
      service.remove("OPENAI_BASE_URL");
      assertThat(call("codex").environment()).containsEntry("CODEX_API_KEY", "own");
      assertThat(call("codex").command()).noneMatch(it -> it.contains("openai_base_url"));
    }

    @Test
    void opencodeGetsTheAddressesOfItsProviders() {
      service.put("ANTHROPIC_BASE_URL", "http://models/v1");

      assertThat(call("opencode").environment())
          .containsEntry("ANTHROPIC_BASE_URL", "http://models/v1");
    }
  }
}
