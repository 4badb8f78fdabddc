package dev.agentgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({
    "60000,PT1M",
    "0,PT0S",
    "500ms,PT0.5S",
    "60s,PT1M",
    "5m,PT5M",
    "5M,PT5M",
    "2h,PT2H",
    "7d,PT168H",
    "PT1H,PT1H",
    "pt1h,PT1H",
    "P1DT1S,PT24H1S",
    "PT1.2345S,PT1.234S",
    "99999999999999ms,PT99999999999.999S"
  })
  void aDurationIsRead(String text, Duration duration) {
    assertThat(DurationText.parse(text)).contains(duration);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "5 m",
        " 5m",
        "m",
        "-5m",
        "+5m",
        "1.5h",
        "5w",
        "1h30m",
        "PT",
        "P",
        "PT-1S",
        "-PT1S",
        "P1Y",
        "٥m",
        "999999999999999",
        "100000000000000d",
        "PT99999999999999999999H",
        "P106751991167301D",
        "forever"
      })
  void anythingElseIsNone(String text) {
    assertThat(DurationText.parse(text)).isEmpty();
  }

  @Test
  void theLargestAmountOfEveryUnitFits() {
    assertThat(DurationText.parse("99999999999999d"))
        .contains(Duration.ofDays(99_999_999_999_999L));
  }

  @ParameterizedTest
  @ValueSource(ints = {65, 1_000_000})
  void aLongTextIsNone(int length) {
    assertThat(DurationText.parse("0".repeat(length - 1) + "1")).isEmpty();
  }
}
