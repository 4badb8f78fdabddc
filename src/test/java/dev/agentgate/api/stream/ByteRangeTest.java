package dev.agentgate.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=10-19, 10, 20",
    "bytes=90-200, 90, 100",
    "bytes=40-, 40, 100",
    "bytes=-30, 70, 100",
    "bytes=-500, 0, 100",
    "BYTES= 1-2, 1, 3",
    "bytes=0-999999999999999999, 0, 100"
  })
  void aSingleRangeIsUnderstood(String header, long from, long to) {
    assertThat(ByteRange.parse(header, 100)).contains(new ByteRange(from, to));
    assertThat(new ByteRange(from, to).isSatisfiable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=1-2,4-5",
        "lines=1-2",
        "bytes=a-b",
        "bytes=0-9999999999999999999",
        "1-2"
      })
  void anyOtherHeaderIsIgnored(String header) {
    assertThat(ByteRange.parse(header, 100)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
  void aRangeBeyondTheEndCannotBeSatisfied(String header) {
    assertThat(ByteRange.parse(header, 100))
        .hasValueSatisfying(range -> assertThat(range.isSatisfiable()).isFalse());
  }

  @Test
  void theContentRangeNamesTheLastByte() {
    assertThat(new ByteRange(10, 20).contentRange(100)).isEqualTo("bytes 10-19/100");
  }
}
