package dev.agentgate.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.workorder.AgentGateException;
import org.junit.jupiter.api.Test;

class LogEncodingTest {
  @Test
  void everyTextArrivesThroughJsonOnOneLine() throws Exception {
    String text = "10%\r100%\r\n\u0000\u001b[1m\"\\ \u2028 \ud83c\udf89 \ufffd";
    String encoded = LogEncoding.parse("json").encode(text);
    assertThat(encoded).doesNotContain("\r", "\n");
    assertThat(new ObjectMapper().readValue(encoded, String.class)).isEqualTo(text);
  }

  @Test
  void plainTextIsLeftAsItIsAndIsTheDefault() {
    assertThat(LogEncoding.parse(null)).isEqualTo(LogEncoding.parse("plain"));
    assertThat(LogEncoding.parse(null).encode("a\rb")).isEqualTo("a\rb");
  }

  @Test
  void anotherEncodingIsRefused() {
    assertThatThrownBy(() -> LogEncoding.parse("xml"))
        .isInstanceOf(AgentGateException.class)
        .hasMessage("encoding must be plain or json");
  }
}
