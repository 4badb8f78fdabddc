package dev.agentgate.cli.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes numbers, times and foreign text as a person wants to read them. */
public final class HumanText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private HumanText() {}

  /** One unit, as tables have it: {@code 12s}, {@code 5m}, {@code 3h}, {@code 8d}. */
  public static String age(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
  }

  /** Two units at the most: {@code 340ms}, {@code 4.2s}, {@code 3m 12s}, {@code 1h 5m}. */
  public static String duration(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    if (millis < 1_000) {
      return millis + "ms";
    }
    if (millis < 60_000) {
      return millis % 1_000 < 100
          ? millis / 1_000 + "s"
          : String.format(Locale.ROOT, "%.1fs", Math.floor(millis / 100.0) / 10);
    }
    long seconds = millis / 1_000;
    if (seconds < 3_600) {
      return two(seconds / 60, "m", seconds % 60, "s");
    }
    return seconds < 86_400
        ? two(seconds / 3_600, "h", seconds / 60 % 60, "m")
        : two(seconds / 86_400, "d", seconds / 3_600 % 24, "h");
  }

  private static String two(long first, String unit, long second, String smaller) {
    return second == 0 ? first + unit : first + unit + " " + second + smaller;
  }

  /** A moment in this machine's time zone. */
  public static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  /** The time of the day in this machine's time zone. */
  public static String clock(Instant instant) {
    return CLOCK.format(instant.atZone(ZoneId.systemDefault()));
  }

  /** A count in at most four characters, such as {@code 940}, {@code 6.5k} or {@code 1.2M}. */
  public static String count(long count) {
    if (count < 1_000) {
      return Long.toString(count);
    }
    return count < 999_500 ? scaled(count / 1e3) + "k" : scaled(count / 1e6) + "M";
  }

  private static String scaled(double value) {
    return value < 9.95
        ? String.format(Locale.ROOT, "%.1f", value)
        : Long.toString(Math.round(value));
  }

  /** Dollars; fractions of a cent are shown where there is no more than that. */
  public static String dollars(double usd) {
    return String.format(Locale.ROOT, usd != 0 && usd < 0.01 ? "$%.4f" : "$%.2f", usd);
  }

  /** Bytes in binary units. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    double value = bytes / 1024.0;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }

  /** {@code 1 order}, {@code 2 orders}. */
  public static String counted(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** A text on one line, without what could steer a terminal. */
  public static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "");
  }

  /** A text of several lines, without what could steer a terminal. */
  public static String lines(String text) {
    return text.strip().replace("\r\n", "\n").replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
  }

  /** The first line of a text that has letters, on one line. */
  public static String firstLine(String text) {
    return text.lines().map(HumanText::oneLine).filter(it -> !it.isEmpty()).findFirst().orElse("");
  }

  /** At most so many characters; an ellipsis stands for what is missing. */
  public static String cut(String text, int most) {
    int length = text.codePointCount(0, text.length());
    if (length <= most) {
      return text;
    }
    return most < 1 ? "" : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
