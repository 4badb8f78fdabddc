package dev.agentgate.workorder;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Formats times as RFC 3339 in UTC, always with three digits of milliseconds, so that the texts
 * sort in time order. {@link Instant#toString} omits the fraction for whole seconds.
 */
public final class Rfc3339 {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Rfc3339() {}

  public static String text(Instant instant) {
    return FORMAT.format(instant);
  }
}
