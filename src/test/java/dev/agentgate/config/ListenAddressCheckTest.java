package dev.agentgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressCheckTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"})
  void loopbackNeedsNoKey(String host) {
    assertThat(ListenAddressCheck.refusal(host, false, false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "", "no-such-host.invalid"})
  void anyOtherAddressNeedsAKeyOrConsent(String host) {
    assertThat(ListenAddressCheck.refusal(host, false, false))
        .hasValueSatisfying(reason ->
            assertThat(reason).contains("agentgate.auth.api-key", "agentgate.auth.anonymous"));
    assertThat(ListenAddressCheck.refusal(host, true, false)).isEmpty();
    assertThat(ListenAddressCheck.refusal(host, false, true)).isEmpty();
  }
}
