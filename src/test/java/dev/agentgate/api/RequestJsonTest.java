package dev.agentgate.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.api.problem.ApiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestJsonTest {
  @Test
  void aByteOrderMarkAtTheStartIsIgnored() {
    assertThat(RequestJson.parseObject("\uFEFF{\"a\": \"\uFEFFb\"}".getBytes(UTF_8)))
        .isEqualTo(RequestJson.parseObject("{\"a\": \"\uFEFFb\"}".getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uFEFF", "\uFEFF\uFEFF{}", "{}\uFEFF", " \uFEFF{}"})
  void oneAnywhereElseIsNoJson(String body) {
    assertThatThrownBy(() -> RequestJson.parseObject(body.getBytes(UTF_8)))
        .isInstanceOf(ApiException.class);
  }
}
