package dev.agentgate.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredValuesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain",
        "a\\b",
        "\u0000",
        "\ud800",
        "\udc00\ud800",
        "x🚀\ud83d",
        "\\u0000",
        "\\="
      })
  void textIsReadAsItWasWritten(String text) {
    String stored = StoredText.escape(text);

    assertThat(StoredText.unescape(stored)).isEqualTo(text);
    assertThat(stored).doesNotContain("\u0000");
    assertThat(new String(stored.getBytes(UTF_8), UTF_8)).isEqualTo(stored);
  }

  @Test
  void ordinaryTextIsStoredAsItIs() {
    assertThat(StoredText.escape("línea 漢字 🚀")).isEqualTo("línea 漢字 🚀");
  }

  @Test
  void labelsWithTheSameCharactersInOtherPlacesAreToldApart() {
    assertThat(OrderWriter.labels(Map.of("a", "b=c")))
        .isNotEqualTo(OrderWriter.labels(Map.of("a=b", "c")));
    assertThat(OrderWriter.labels(Map.of("a\\", "b")))
        .isNotEqualTo(OrderWriter.labels(Map.of("a", "\\b")));
  }

  @Test
  void timesKeepTheirNanosecondsAndTheirOrder() {
    for (Instant time :
        List.of(
            Instant.EPOCH,
            Instant.parse("1969-12-31T23:59:59.999999999Z"),
            Instant.parse("2026-03-01T10:00:00.123456789Z"))) {
      assertThat(StoredTime.read(StoredTime.write(time))).isEqualTo(time);
    }
    assertThat(StoredTime.write(Instant.MAX))
        .isGreaterThan(StoredTime.write(Instant.parse("2262-01-01T00:00:00Z")));
    assertThat(StoredTime.write(Instant.MIN))
        .isLessThan(StoredTime.write(Instant.parse("1700-01-01T00:00:00Z")));
  }
}
