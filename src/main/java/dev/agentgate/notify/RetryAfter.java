package dev.agentgate.notify;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code Retry-After}: seconds or a date. A date is measured from the answer's own {@code
 * Date}, so that a difference between the two clocks does no harm.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#field.retry-after">RFC 9110, 10.2.3</a>
 */
final class RetryAfter {
  /** One answer cannot hold up a target's messages for longer than this. */
  static final Duration LONGEST = Duration.ofHours(1);

  /** Too Many Requests and Service Unavailable. */
  private static final Set<Integer> STATUSES = Set.of(429, 503);

  private static final Pattern SECONDS = Pattern.compile("\\d+");
  private static final int MOST_DIGITS = 9;

  private RetryAfter() {}

  /**
   * Returns how long the target asks to be left alone: between zero and {@link #LONGEST}; zero if
   * it does not ask, or if its value cannot be read.
   */
  static Duration of(int status, HttpHeaders headers, Clock clock) {
    if (!STATUSES.contains(status)) {
      return Duration.ZERO;
    }
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (SECONDS.matcher(value).matches()) {
      return value.length() > MOST_DIGITS
          ? LONGEST
          : bounded(Duration.ofSeconds(Long.parseLong(value)));
    }
    Instant now = headers.firstValue("Date").flatMap(RetryAfter::date).orElseGet(clock::instant);
    return date(value).map(until -> bounded(Duration.between(now, until))).orElse(Duration.ZERO);
  }

  private static Optional<Instant> date(String value) {
    try {
      return Optional.of(
          ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Duration bounded(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
  }
}
