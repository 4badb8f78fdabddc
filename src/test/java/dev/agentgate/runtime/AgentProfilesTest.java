package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.agent.AgentEnvironment;
import dev.agentgate.agent.AgentProfile;
import dev.agentgate.agent.BuiltInAgents;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.config.AgentConfig;
import dev.agentgate.config.ConfigurationFixture;
import dev.agentgate.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentProfilesTest {
  @TempDir private Path directory;

  private AgentProfile profile(String type, Map<String, String> variables) {
    AgentConfig agent =
        Objects.requireNonNull(
            ConfigurationFixture.configOf(variables)
                .getConfigMapping(Settings.class)
                .agents()
                .get(type));
    return new AgentProfiles(directory, new AgentEnvironment(Map.of(), Map.of())).of(type, agent);
  }

  @Test
  void anAgentThatComesWithTheServiceNeedsNoSetting() {
    AgentProfile claude = profile("claude-code", Map.of());

    assertThat(claude.output()).isEqualTo(OutputFormat.CLAUDE_STREAM_JSON);
    assertThat(claude.commands().start().template()).startsWith("claude", "-p");
    assertThat(claude.commands().takesModel()).isTrue();
    assertThat(claude.commands().resumes()).isTrue();
  }

  @Test
  void anAgentThatIsNotEnabledIsStillDescribed() {
    AgentProfile gemini = profile("gemini", Map.of("AGENTGATE_AGENTS_GEMINI_ENABLED", "false"));

    assertThat(gemini.output()).isEqualTo(OutputFormat.GEMINI_STREAM_JSON);
    assertThat(gemini.commands().takesModel()).isTrue();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aCommandOfTheOperatorsOwnStandsAlone() {
    AgentProfile claude =
        profile("claude-code", Map.of("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "mine,--flag"));

    assertThat(claude.commands().start().template()).containsExactly("mine", "--flag");
    assertThat(claude.commands().takesModel()).isFalse();
    assertThat(claude.commands().resumes()).isFalse();
    assertThat(claude.output()).isEqualTo(OutputFormat.CLAUDE_STREAM_JSON);
    assertThat(claude.visibility().passed()).contains("ANTHROPIC_*");
  }

  @Test
  void settingsAddToWhatIsBuiltIn() {
    AgentProfile codex =
        profile(
            "codex",
            Map.of(
                "AGENTGATE_AGENTS_CODEX_ENVIRONMENT", "A=b=c,EMPTY=",
                "AGENTGATE_AGENTS_CODEX_ENVIRONMENT_PASSTHROUGH", "MINE,-SSH_AUTH_SOCK",
                "AGENTGATE_AGENTS_CODEX_MODEL_ARGUMENTS", "-m,{model}"));

    assertThat(codex.visibility().own()).containsEntry("A", "b=c").containsEntry("EMPTY", "");
    assertThat(codex.visibility().passed()).contains("MINE", "OPENAI_*");
    assertThat(codex.visibility().hidden()).contains("SSH_AUTH_SOCK");
    assertThat(codex.commands().modelArguments()).containsExactly("-m", "{model}");
    assertThat(codex.commands().resumes()).isTrue();
  }

  @Test
  void whatIsHiddenAtFirstCanBeShown() {
    AgentProfile claude =
        profile(
            "claude-code",
            Map.of(
                "AGENTGATE_AGENTS_CLAUDE_CODE_ENVIRONMENT_PASSTHROUGH", "CLAUDE_CODE_OAUTH_TOKEN"));

    assertThat(claude.visibility().hidden()).isEmpty();
  }

  @Test
  void anAgentOfTheOperatorsOwnPrintsTextUnlessItSaysOtherwise() {
    Map<String, String> command = Map.of("AGENTGATE_AGENTS_MYBOT_COMMAND", "mybot,{promptFile}");

    assertThat(profile("mybot", command).output()).isEqualTo(OutputFormat.TEXT);
    assertThat(
            profile(
                    "mybot",
                    Map.of(
                        "AGENTGATE_AGENTS_MYBOT_COMMAND", "mybot",
                        "AGENTGATE_AGENTS_MYBOT_OUTPUT", "codex-json"))
                .output())
        .isEqualTo(OutputFormat.CODEX_JSON);
  }

  @Test
  void everyAgentThatComesWithTheServiceIsConfigured() {
    assertThat(ConfigurationFixture.settingsOf(Map.of()).agents().keySet())
        .isEqualTo(BuiltInAgents.types());
  }
}
