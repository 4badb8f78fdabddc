package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VariablesTest {
  @Test
  void aVariableThatTheLocaleCannotReadIsAProblem() {
    assertThat(
            Variables.undecoded(
                Map.of(
                    "AGENTGATE_GITHUB_TOKEN", "t\uFFFD",
                    "AGENTGATE_GITHUB_OWNER", "acme",
                    "AGENTGATE_AUTH_API_KEY_FILE", "/\uFFFD",
                    "AGENTGATE_OF_ANOTHER", "\uFFFD",
                    "QUARKUS_DATASOURCE_PASSWORD", "p\uFFFDssword",
                    "QUARKUS_DATASOURCE_USERNAME_FILE", "/\uFFFD",
                    "QUARKUS_OTHER", "\uFFFD",
                    "OTHER", "\uFFFD")))
        .extracting(Problem::key)
        .containsExactlyInAnyOrder(
            "AGENTGATE_AUTH_API_KEY_FILE",
            "AGENTGATE_GITHUB_TOKEN",
            "QUARKUS_DATASOURCE_PASSWORD",
            "QUARKUS_DATASOURCE_USERNAME_FILE");
  }

  @Test
  void aVariableThatSetsNothingIsNamed() {
    assertThat(
            Variables.unknown(
                environmentOf(
                    "AGENTGATE_QUEUE_AUTOPROCESS",
                    "AGENTGATE_GITHUB_TOKN_FILE",
                    "AGENTGATE_AGENTS_MYBOT_COMAND",
                    "AGENTGATE_GITHUB_TOKEN_FILE",
                    "AGENTGATE_AUTH_KEYS_FILE",
                    "AGENTGATE_DATA_DIR",
                    "AGENTGATE_AGENTS_CLAUDE_CODE_ENABLED",
                    "AGENTGATE_RUN_ID",
                    "AGENTGATE_API_KEY_FILE",
                    "AGENTGATE_URL",
                    "AGENTGATE_SERVICE_HOST",
                    "AGENTGATE_SERVICE_PORT",
                    "AGENTGATE_SERVICE_PORT_HTTP",
                    "AGENTGATE_PORT",
                    "AGENTGATE_PORT_3001_TCP",
                    "AGENTGATE_PORT_3001_TCP_ADDR",
                    "AGENTGATE_HEADLESS_SERVICE_HOST",
                    "PATH")))
        .containsExactly(
            "AGENTGATE_AGENTS_MYBOT_COMAND",
            "AGENTGATE_GITHUB_TOKN_FILE",
            "AGENTGATE_QUEUE_AUTOPROCESS");
  }

  private static Map<String, String> environmentOf(String... names) {
    return Stream.of(names).collect(Collectors.toMap(Function.identity(), name -> "x"));
  }
}
