package dev.agentgate.config;

import static dev.agentgate.config.ConfigurationFixture.configOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralValuesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pa$$word",
        "$",
        "$$$",
        "${",
        "${}",
        "${HOME}",
        "a${user.home}b",
        "${x:y}",
        "${agentgate.data-dir}",
        "${aes::x}",
        "\\$",
        "\\\\$",
        "\\\\\\${x}\\",
        "\\${x}",
        "$\\",
        "a\\b",
        "\\\\",
        "ends with \\",
        "}{$",
        "a,b",
        "a\\,b",
        "%d%n",
        "#!;=:",
        "'\"`",
        " blanks kept ",
        "a\nb"
      })
  void aTextIsTakenAsItIs(String text) {
    var config =
        configOf(
            Map.of(
                "AGENTGATE_AUTH_API_KEY", text,
                "AGENTGATE_DATA_DIR", text,
                "AGENTGATE_WEBHOOKS_SECRET", text),
            Map.of("agentgate.github.token", text));

    assertThat(config.getConfigMapping(Settings.class).auth().apiKey()).contains(text);
    assertThat(config.getConfigMapping(Settings.class).dataDir()).isEqualTo(text);
    assertThat(config.getConfigMapping(Settings.class).webhooks().secret()).contains(text);
    assertThat(config.getConfigMapping(Settings.class).github().token()).contains(text);
    assertThat(config.getValue("agentgate.auth.api-key", String.class)).isEqualTo(text);
    assertThat(config.getValue("quarkus.log.handler.file.\"audit\".path", String.class))
        .as("a value of ours in one of the framework's")
        .isEqualTo(text + "/logs/audit.jsonl");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$1",
        "${x}",
        "\\d+",
        "\\\\$x",
        "\\\\",
        "\\$",
        "\\n",
        "\\",
        "$$",
        "a b",
        "%s",
        "{prompt}"
      })
  void anItemOfAListIsTakenAsItIs(String item) {
    var config =
        configOf(
            Map.of(
                "AGENTGATE_AGENTS_MYBOT_COMMAND", "mybot," + item,
                "AGENTGATE_AGENTS_MYBOT_ENVIRONMENT_PASSTHROUGH", "A," + item,
                "AGENTGATE_WORKSPACE_LOCAL_ROOTS", "/a," + item),
            Map.of("agentgate.agents.\"quoted-bot\".command", "bot,-x," + item));

    var agents = config.getConfigMapping(Settings.class).agents();
    assertThat(agents)
        .hasEntrySatisfying(
            "mybot", it -> assertThat(it.command()).contains(List.of("mybot", item)));
    assertThat(agents)
        .hasEntrySatisfying(
            "mybot", it -> assertThat(it.environmentPassthrough()).contains(Set.of("A", item)));
    assertThat(agents)
        .hasEntrySatisfying(
            "quoted-bot", it -> assertThat(it.command()).contains(List.of("bot", "-x", item)));
    assertThat(config.getConfigMapping(Settings.class).workspace().localRoots())
        .contains(List.of("/a", item));
  }

  @Test
  void anItemMayHoldAnEscapedComma() {
    var config = configOf(Map.of("AGENTGATE_AGENTS_MYBOT_COMMAND", "mybot,--only=a\\,b,c\\,"));

    assertThat(config.getConfigMapping(Settings.class).agents())
        .hasEntrySatisfying(
            "mybot", it -> assertThat(it.command()).contains(List.of("mybot", "--only=a,b", "c,")));
  }

  @Test
  void aKeyOfTheFrameworkKeepsItsExpressions() {
    var config = configOf(Map.of("QUARKUS_HTTP_HOST", "${x:0.0.0.0}"));

    assertThat(config.getValue("quarkus.http.host", String.class)).isEqualTo("0.0.0.0");
  }
}
