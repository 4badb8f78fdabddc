package dev.agentgate.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretVariablesTest {
  private static final String VALUE = "a-value-of-some-length";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
        "GH_TOKEN",
        "DB_PASSWORD",
        "db_passwd",
        "MYSQL_PWD",
        "SSH_PASSPHRASE",
        "npmToken",
        "APIKEY",
        "CLIENT_SECRET",
        "GIT_CREDENTIALS",
        "GITHUB_PAT",
        "ANTHROPIC_CUSTOM_HEADERS"
      })
  void aNameThatSaysSoMakesASecret(String name) {
    assertThat(SecretVariables.secretsIn(Map.of(name, VALUE))).containsExactly(VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ANTHROPIC_MODEL",
        "ANTHROPIC_BASE_URL",
        "OPENAI_BASE_URL",
        "ANTHROPIC_API_KEY_FILE",
        "TOKEN_ENDPOINT",
        "GIT_ASKPASS_PATH",
        "SSH_AUTH_SOCK",
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS",
        "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
        "CLAUDE_CONFIG_DIR",
        "CLAUDE_CODE_USE_BEDROCK",
        "AWS_REGION",
        "HOME",
        "PATH",
        "LANG",
        "NO_PROXY",
        "PWD_HOME",
        "KEYBOARD",
        "MONKEY",
        "AUTHOR_NAME",
        "PATTERN"
      })
  void otherNamesDoNot(String name) {
    assertThat(SecretVariables.secretsIn(Map.of(name, VALUE))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GOOGLE_APPLICATION_CREDENTIALS", "PWD"})
  void aPathIsNoSecret(String name) {
    assertThat(SecretVariables.secretsIn(Map.of(name, "/etc/agent/google.json"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://alice:correct-horse@proxy.example:3128, https://alice:*************@proxy.example:3128",
    "http://alice:p%40ssw0rd%21@h/, http://alice:*************@h/",
    "http://alice:p@ssw0rd!@h/x@y, http://alice:*********@h/x@y",
    "https://ghp_0123456789abcdef@github.com/a/b, https://********************@github.com/a/b",
    "http://alice:short@proxy:1, http://************proxy:1",
    "ssh://git@host.example/a, ssh://git@host.example/a",
    "https://api.example.com/v1?to=a@b.example, https://api.example.com/v1?to=a@b.example"
  })
  void thePasswordInAnAddressIsHiddenAndTheRestIsNot(String address, String expected) {
    SecretMask mask = new SecretMask(SecretVariables.secretsIn(Map.of("HTTPS_PROXY", address)));
    byte[] text = ("via " + address).getBytes(UTF_8);
    mask.apply(text, false, false);
    assertThat(new String(text, UTF_8)).isEqualTo("via " + expected);
  }

  @Test
  void aPasswordIsHiddenInItsDecodedFormToo() {
    assertThat(SecretVariables.secretsIn(Map.of("HTTPS_PROXY", "http://a:p%40ssw0rd%21@h")))
        .containsExactlyInAnyOrder("p%40ssw0rd%21", "p@ssw0rd!");
  }
}
