package dev.agentgate.wire;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a duration as a client writes it: {@code 60000} (milliseconds), {@code 500ms}, {@code 60s},
 * {@code 5m}, {@code 2h}, {@code 7d}, or ISO 8601 such as {@code PT1H}.
 */
public final class DurationText {
  // 14 digits of days stay below what a Duration can hold.
  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,14})(ms|s|m|h|d)?");
  private static final int LONGEST_TEXT = 64;

  private DurationText() {}

  /** Reads the text, down to the millisecond; empty if it is not a duration or is negative. */
  public static Optional<Duration> parse(String text) {
    if (text.length() > LONGEST_TEXT) {
      return Optional.empty();
    }
    String lower = text.toLowerCase(Locale.ROOT);
    Matcher amount = AMOUNT.matcher(lower);
    if (amount.matches()) {
      long count = Long.parseLong(amount.group(1));
      String unit = amount.group(2);
      return Optional.of(
          switch (unit == null ? "ms" : unit) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofMillis(count);
          });
    }
    return lower.startsWith("p") ? parseIso(lower) : Optional.empty();
  }

  private static Optional<Duration> parseIso(String text) {
    try {
      Duration duration = Duration.parse(text);
      // Answers are whole milliseconds, so the order must not hold a finer value.
      return duration.isNegative()
          ? Optional.empty()
          : Optional.of(duration.truncatedTo(ChronoUnit.MILLIS));
    } catch (DateTimeException | ArithmeticException notADuration) {
      return Optional.empty();
    }
  }
}
