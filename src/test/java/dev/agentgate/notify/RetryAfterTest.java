package dev.agentgate.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-31T12:00:00Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          429 | 7                             | 7
          503 | ' 120 '                       | 120
          503 | 0                             | 0
          503 | 3601                          | 3600
          429 | 99999999999999999999          | 3600
          503 | Sat, 31 Jan 2026 12:00:30 GMT | 30
          503 | Sat, 31 Jan 2026 11:00:00 GMT | 0
          429 | Sun, 01 Feb 2026 12:00:00 GMT | 3600
          503 | 'Saturday, 31-Jan-26 12:00:30 GMT' | 30
          503 | 'Friday, 31-Jan-76 12:00:30 GMT'   | 3600
          503 | 'Monday, 31-Jan-77 12:00:30 GMT'   | 0
          503 | 'Sunday, 06-Nov-94 08:49:37 GMT'   | 0
          503 | Sat Jan 31 12:00:30 2026      | 30
          503 | Sun Feb  1 00:00:00 2026      | 3600
          503 | Sun Nov  6 08:49:37 1994      | 0
          503 | Sun Feb 1                     | 0
          503 | soon                          | 0
          503 | -5                            | 0
          503 | 1.5                           | 0
          503 | ''                            | 0
          500 | 7                             | 0
          200 | 7                             | 0
          """)
  void theValueIsReadAndBounded(int status, String value, long seconds) {
    HttpHeaders headers = headers(Map.of("Retry-After", List.of(value)));
    assertThat(RetryAfter.of(status, headers, CLOCK)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Sat, 31 Jan 2026 18:00:00 GMT     | Sat, 31 Jan 2026 18:00:05 GMT
          Saturday, 31-Jan-26 18:00:00 GMT  | Sat Jan 31 18:00:05 2026
          """)
  void aDateOfAnyFormIsMeasuredByTheClockOfTheTarget(String date, String retryAfter) {
    HttpHeaders headers =
        headers(Map.of("Date", List.of(date), "Retry-After", List.of(retryAfter)));
    assertThat(RetryAfter.of(503, headers, CLOCK)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void withoutTheHeaderThereIsNothingToWaitFor() {
    assertThat(RetryAfter.of(503, headers(Map.of()), CLOCK)).isZero();
  }

  private static HttpHeaders headers(Map<String, List<String>> values) {
    return HttpHeaders.of(values, (name, value) -> true);
  }
}
