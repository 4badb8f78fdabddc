package dev.agentgate.runtime.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.config.ConfigurationFixture;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressCheckTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"})
  void loopbackNeedsNoKey(String host) {
    assertThat(problems(host, Map.of())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "", "no-such-host.invalid"})
  void anyOtherAddressNeedsAKeyOrConsent(String host) {
    assertThat(problems(host, Map.of()))
        .singleElement()
        .asString()
        .startsWith("quarkus.http.host is " + host)
        .contains("agentgate.auth.api-key", "agentgate.auth.anonymous");
    assertThat(problems(host, Map.of("AGENTGATE_AUTH_API_KEY", "k"))).isEmpty();
    assertThat(problems(host, Map.of("AGENTGATE_AUTH_KEYS_FILE", "/etc/keys"))).isEmpty();
    assertThat(problems(host, Map.of("AGENTGATE_AUTH_ANONYMOUS", "true"))).isEmpty();
  }

  private static Stream<Problem> problems(String host, Map<String, String> auth) {
    Map<String, String> environment = new HashMap<>(auth);
    environment.put("QUARKUS_HTTP_HOST", host);
    var config = ConfigurationFixture.configOf(environment);
    return new ListenAddressCheck(config.getConfigMapping(Settings.class), config).problems();
  }
}
