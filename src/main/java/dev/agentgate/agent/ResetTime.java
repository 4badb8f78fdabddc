package dev.agentgate.agent;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a usage limit ends. codex (0.169) prints a time of day, or a date and a time if that
 * is on another day ("try again at Nov 29th, 2026 10:48 PM."), in its own time zone; older versions
 * print a duration ("in 3 days 4 hours"). claude (2.1) reports seconds in its events, older
 * versions milliseconds, and a message ("resets 10:48pm (UTC)", "resets Dec 3 at 10am"). gemini
 * prints a duration ("after 3h4m5s").
 */
final class ResetTime {
  /** A longer limit is wrong or forged, because limits are renewed monthly. */
  static final Duration LONGEST = Duration.ofDays(32);

  /** Agents leave out the seconds, so the time may have passed a moment before it is read. */
  private static final Duration JUST_PAST = Duration.ofMinutes(5);

  /** A larger number counts milliseconds: in seconds it would be in the year 5138. */
  private static final long FIRST_MILLIS = 100_000_000_000L;

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private static final String LEAD = "(?:try again|resets?|renews?|available again|until)";

  private static final Pattern CLOCK =
      Pattern.compile(
          LEAD
              + "(?:\\s+(?:at|on))?\\s+"
              + "(?:(?<month>[A-Za-z]{3})[a-z]*\\.?\\s+(?<day>\\d{1,2})(?:st|nd|rd|th)?"
              + "(?:,?\\s+(?<year>\\d{4}))?,?\\s+(?:at\\s+)?)?"
              + "(?<hour>\\d{1,2})(?::(?<minute>\\d{2}))?\\s*(?<half>[AaPp])\\.?[Mm]\\b"
              + "(?:\\.?\\s*\\((?<zone>[A-Za-z0-9_+/-]{1,40})\\))?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SPAN =
      Pattern.compile(
          "(?:try again|resets?|retry|renews?|available again)\\s+(?:in|after)\\s+"
              + "(?<span>(?:\\d{1,6}(?:\\.\\d{1,9})?\\s*(?:d|h|m|s)[a-z]*[\\s,]*(?:and\\s+)?)+)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PART =
      Pattern.compile("(\\d{1,6}(?:\\.\\d{1,9})?)\\s*(ms|[dhms])", Pattern.CASE_INSENSITIVE);

  private static final Pattern EPOCH = Pattern.compile("\\|(\\d{10}|\\d{13})\\b");

  private ResetTime() {}

  /** Returns the time of an epoch in seconds or milliseconds; empty if it is not plausible. */
  static Optional<Instant> ofEpoch(long epoch, Instant now) {
    Instant time =
        epoch >= FIRST_MILLIS ? Instant.ofEpochMilli(epoch) : Instant.ofEpochSecond(epoch);
    return plausible(time, now);
  }

  /**
   * Returns the time that a message names.
   *
   * @param now when the message was written; a time of day means the next such time
   * @param zone the time zone if the message names none
   */
  static Optional<Instant> in(String sentence, Instant now, ZoneId zone) {
    Matcher epoch = EPOCH.matcher(sentence);
    if (epoch.find()) {
      return ofEpoch(Long.parseLong(epoch.group(1)), now);
    }
    Matcher clock = CLOCK.matcher(sentence);
    if (clock.find()) {
      try {
        return plausible(time(clock, now, zone), now);
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
    Matcher span = SPAN.matcher(sentence);
    return span.find() ? plausible(now.plus(span(span.group("span"))), now) : Optional.empty();
  }

  private static Instant time(Matcher found, Instant now, ZoneId service) {
    @Nullable String named = found.group("zone");
    ZoneId zone = named == null ? service : ZoneId.of(named);
    ZonedDateTime here = now.atZone(zone);
    @Nullable String minute = found.group("minute");
    LocalTime time =
        LocalTime.of(
            Integer.parseInt(found.group("hour")) % 12
                + (found.group("half").equalsIgnoreCase("p") ? 12 : 0),
            minute == null ? 0 : Integer.parseInt(minute));
    ZonedDateTime earliest = here.minus(JUST_PAST);
    @Nullable String month = found.group("month");
    if (month == null) {
      ZonedDateTime today = here.toLocalDate().atTime(time).atZone(zone);
      return (today.isBefore(earliest)
              ? here.toLocalDate().plusDays(1).atTime(time).atZone(zone)
              : today)
          .toInstant();
    }
    MonthDay day =
        MonthDay.of(
            MONTHS.indexOf(month.toLowerCase(Locale.ROOT)) + 1,
            Integer.parseInt(found.group("day")));
    @Nullable String year = found.group("year");
    if (year != null) {
      return LocalDate.of(Integer.parseInt(year), day.getMonth(), day.getDayOfMonth())
          .atTime(time)
          .atZone(zone)
          .toInstant();
    }
    ZonedDateTime thisYear = day.atYear(here.getYear()).atTime(time).atZone(zone);
    return (thisYear.isBefore(earliest)
            ? day.atYear(here.getYear() + 1).atTime(time).atZone(zone)
            : thisYear)
        .toInstant();
  }

  private static Duration span(String text) {
    double seconds = 0;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      double count = Double.parseDouble(part.group(1));
      seconds +=
          switch (part.group(2).toLowerCase(Locale.ROOT)) {
            case "d" -> count * 86_400;
            case "h" -> count * 3_600;
            case "m" -> count * 60;
            case "ms" -> count / 1_000;
            default -> count;
          };
    }
    return Duration.ofMillis((long) (seconds * 1_000));
  }

  private static Optional<Instant> plausible(Instant time, Instant now) {
    return time.isBefore(now.minus(JUST_PAST)) || time.isAfter(now.plus(LONGEST))
        ? Optional.empty()
        : Optional.of(time);
  }
}
