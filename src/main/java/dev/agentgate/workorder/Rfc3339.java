package dev.agentgate.workorder;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Times as text: RFC 3339 in UTC with exactly three digits of milliseconds, so that they sort as
 * text. {@link Instant#toString} leaves them out on a whole second.
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
