package dev.agentgate.api.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseTextTest {
  /** What a client makes of the data lines, as the HTML standard says. */
  static String dataOf(String event) {
    StringBuilder data = new StringBuilder();
    for (String line : event.split("\r\n|\n|\r", -1)) {
      if (line.startsWith("data:")) {
        String value = line.substring("data:".length());
        data.append(value.startsWith(" ") ? value.substring(1) : value).append('\n');
      }
    }
    return data.substring(0, data.length() - 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a\n",
        "a\nb",
        "\n",
        "\n\n",
        "  indented\n\ttab\n",
        ":colon\ndata: x\nid: 7\n",
        "é€😀\n"
      })
  void textArrivesAsItWas(String text) {
    String event = new String(SseText.log(text, 42), UTF_8);
    assertThat(event).startsWith("id: 42\nevent: log\ndata: ").endsWith("\n\n");
    assertThat(event.strip()).doesNotContain("\n\n");
    assertThat(dataOf(event)).isEqualTo(text);
  }

  @Test
  void carriageReturnsBecomeLineFeeds() {
    assertThat(dataOf(new String(SseText.log("10%\r20%\r\n\rx\n\r", 1), UTF_8)))
        .isEqualTo("10%\n20%\n\nx\n\n");
  }

  @Test
  void theEndCarriesTheRun() {
    assertThat(new String(SseText.end("{\"id\":1}"), UTF_8))
        .isEqualTo("event: end\ndata: {\"id\":1}\n\n");
  }
}
