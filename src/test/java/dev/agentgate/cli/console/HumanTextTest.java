package dev.agentgate.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanTextTest {
  @ParameterizedTest
  @CsvSource({
    "0,0ms,0s",
    "340,340ms,0s",
    "4000,4s,4s",
    "4260,4.2s,4s",
    "59999,59.9s,59s",
    "60000,1m,1m",
    "192000,3m 12s,3m",
    "3900000,1h 5m,1h",
    "86400000,1d,24h",
    "190800000,2d 5h,2d",
    "-5,0ms,0s"
  })
  void aDurationHasTwoUnitsAndAnAgeHasOne(long millis, String duration, String age) {
    assertThat(HumanText.duration(Duration.ofMillis(millis))).isEqualTo(duration);
    assertThat(HumanText.age(Duration.ofMillis(millis))).isEqualTo(age);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "999,999",
    "1000,1.0k",
    "9949,9.9k",
    "9951,10k",
    "999499,999k",
    "1200000,1.2M"
  })
  void aCountIsShort(long count, String text) {
    assertThat(HumanText.count(count)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,$0.00", "0.0042,$0.0042", "0.057,$0.06", "12,$12.00"})
  void dollarsHaveCents(double usd, String text) {
    assertThat(HumanText.dollars(usd)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0 B", "1023,1023 B", "2048,2.0 KiB", "5368709120,5.0 GiB"})
  void bytesHaveAUnit(long bytes, String text) {
    assertThat(HumanText.bytes(bytes)).isEqualTo(text);
  }

  @Test
  void aCutNeverSplitsACharacter() {
    assertThat(HumanText.cut("a😀bcd", 3)).isEqualTo("a😀…");
    assertThat(HumanText.cut("a😀b", 3)).isEqualTo("a😀b");
    assertThat(HumanText.cut("abc", 0)).isEmpty();
  }
}
