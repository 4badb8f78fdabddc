package dev.agentgate.notify;

import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.Locale;
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

  /** As {@code asctime} of C writes it, in UTC. */
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** The beginning of an RFC 850 date. It adds nothing, and contradicts the year in old ones. */
  private static final Pattern WEEKDAY = Pattern.compile("^[A-Z][a-z]+day, ");

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
    String asked = headers.firstValue("Retry-After").orElse("").strip();
    if (SECONDS.matcher(asked).matches()) {
      return asked.length() > MOST_DIGITS
          ? LONGEST
          : bounded(Duration.ofSeconds(Long.parseLong(asked)));
    }
    Instant now =
        headers.firstValue("Date").flatMap(value -> date(value, clock)).orElseGet(clock::instant);
    return date(asked, clock)
        .map(until -> bounded(Duration.between(now, until)))
        .orElse(Duration.ZERO);
  }

  /**
   * Reads a date in any of the three forms that a recipient must accept.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7">RFC 9110, 5.6.7</a>
   */
  private static Optional<Instant> date(String value, Clock clock) {
    return parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
        .or(() -> parse(value, ASCTIME))
        .or(() -> parse(WEEKDAY.matcher(value).replaceFirst(""), rfc850(clock)));
  }

  private static Optional<Instant> parse(String value, DateTimeFormatter form) {
    try {
      return Optional.of(form.parse(value, Instant::from));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** A year of two digits is never more than 50 years ahead. */
  private static DateTimeFormatter rfc850(Clock clock) {
    return new DateTimeFormatterBuilder()
        .appendPattern("dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.now(clock).minusYears(49))
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH)
        .withZone(ZoneOffset.UTC);
  }

  private static Duration bounded(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
  }
}
