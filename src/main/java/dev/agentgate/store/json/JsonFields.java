package dev.agentgate.store.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads single values strictly: a value of the wrong type or out of range is refused. */
public final class JsonFields {
  private static final int MOST_DIGITS = 30;

  private JsonFields() {}

  /** Reads the start of the object that a record is. */
  public static void begin(JsonParser from) throws IOException, UnreadableRecordException {
    if (from.nextToken() != JsonToken.START_OBJECT) {
      throw new UnreadableRecordException("not a JSON object");
    }
  }

  static UnreadableRecordException missing(String field) {
    return new UnreadableRecordException(field + " is missing");
  }

  /**
   * Returns the parser's message without the text that it quotes, which may be part of a prompt.
   */
  public static UnreadableRecordException malformed(IOException cause) {
    if (cause instanceof JsonProcessingException json && json.getLocation() != null) {
      return new UnreadableRecordException(
          "malformed JSON at line "
              + json.getLocation().getLineNr()
              + ", column "
              + json.getLocation().getColumnNr(),
          cause);
    }
    return new UnreadableRecordException("malformed JSON", cause);
  }

  public static <T> T required(@Nullable T value, String field) throws UnreadableRecordException {
    if (value == null) {
      throw missing(field);
    }
    return value;
  }

  public static void expect(JsonParser from, JsonToken token, String field)
      throws UnreadableRecordException {
    if (from.currentToken() != token) {
      throw wrongType(field);
    }
  }

  private static UnreadableRecordException wrongType(String field) {
    return new UnreadableRecordException(field + " has the wrong type");
  }

  public static String text(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    expect(from, JsonToken.VALUE_STRING, field);
    return from.getText();
  }

  static String nonEmptyText(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String text = text(from, field);
    if (text.isEmpty()) {
      throw new UnreadableRecordException(field + " is empty");
    }
    return text;
  }

  public static boolean bool(JsonParser from, String field) throws UnreadableRecordException {
    return switch (from.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrongType(field);
    };
  }

  public static int integer(JsonParser from, String field, int least, int most)
      throws IOException, UnreadableRecordException {
    return (int) number(from, field, least, most);
  }

  static long number(JsonParser from, String field, long least, long most)
      throws IOException, UnreadableRecordException {
    expect(from, JsonToken.VALUE_NUMBER_INT, field);
    if (from.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw outOfRange(field);
    }
    long value = from.getLongValue();
    if (value < least || value > most) {
      throw outOfRange(field);
    }
    return value;
  }

  /** Reads a count, which has no greatest value. */
  static OptionalLong count(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    return OptionalLong.of(number(from, field, 0, Long.MAX_VALUE));
  }

  /** Reads a positive number with few digits, so that no exponent makes a huge text of it. */
  static BigDecimal positiveDecimal(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    if (!from.currentToken().isNumeric()) {
      throw wrongType(field);
    }
    BigDecimal value = from.getDecimalValue();
    if (value.signum() <= 0
        || Math.abs(value.scale()) > MOST_DIGITS
        || value.precision() > MOST_DIGITS) {
      throw outOfRange(field);
    }
    return value;
  }

  private static UnreadableRecordException outOfRange(String field) {
    return new UnreadableRecordException(field + " is out of range");
  }

  /**
   * Reads a positive duration: an integer of milliseconds, or ISO 8601 if milliseconds are not
   * exact.
   */
  static Duration duration(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    if (from.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return Duration.ofMillis(number(from, field, 1, Long.MAX_VALUE));
    }
    try {
      Duration duration = Duration.parse(text(from, field));
      if (!duration.isPositive()) {
        throw outOfRange(field);
      }
      return duration;
    } catch (DateTimeException e) {
      throw new UnreadableRecordException(field + " is not a duration", e);
    }
  }

  /** Reads a time as RFC 3339 in UTC, to the nanosecond. */
  public static Instant time(JsonParser from, String field)
      throws IOException, UnreadableRecordException {
    String text = text(from, field);
    try {
      return isPlain(text) ? plain(text) : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new UnreadableRecordException(field + " is not a time", e);
    }
  }

  // Instant.parse would take longer than everything else in a start. We always write this plain
  // form.
  private static boolean isPlain(String text) {
    int length = text.length();
    if (length < 20 || length > 30 || text.charAt(length - 1) != 'Z') {
      return false;
    }
    for (int i = 0; i < length - 1; i++) {
      char c = text.charAt(i);
      boolean fits =
          switch (i) {
            case 4, 7 -> c == '-';
            case 10 -> c == 'T';
            case 13, 16 -> c == ':';
            case 19 -> c == '.';
            default -> c >= '0' && c <= '9';
          };
      if (!fits) {
        return false;
      }
    }
    return length != 21;
  }

  private static Instant plain(String text) {
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    if (hour > 23 || minute > 59 || second > 59) {
      throw new DateTimeException("Not a time of day");
    }
    long day =
        LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)).toEpochDay();
    int nanos = 0;
    if (text.length() > 20) {
      nanos = digits(text, 20, text.length() - 1);
      for (int i = text.length() - 21; i < 9; i++) {
        nanos *= 10;
      }
    }
    return Instant.ofEpochSecond(day * 86_400 + hour * 3_600L + minute * 60L + second, nanos);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i++) {
      value = value * 10 + (text.charAt(i) - '0');
    }
    return value;
  }
}
