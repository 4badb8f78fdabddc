package dev.agentgate.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One line of an agent's JSON: its type and its wanted fields. The other fields are skipped without
 * being built.
 */
final class JsonEvent {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  /** No number of tokens or turns and no time is larger. */
  private static final long LARGEST = 1_000_000_000_000_000L;

  private static final double HIGHEST_COST = 1e9;

  private final Map<String, List<String>> values = new HashMap<>();

  private JsonEvent() {}

  /**
   * Reads an event.
   *
   * @param skipped which types of event have no wanted fields; the rest of such an event is not
   *     read
   * @return empty unless the bytes are exactly one JSON object that has a type
   */
  static Optional<JsonEvent> parse(
      byte[] bytes, int from, int to, FieldPaths wanted, Predicate<String> skipped) {
    try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
      return read(parser, wanted, skipped);
    } catch (IOException e) {
      // Not JSON, or not UTF-8. The second try replaces invalid bytes by U+FFFD.
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf('\ufffd') < 0) {
      return Optional.empty();
    }
    try (JsonParser parser = JSON.createParser(text)) {
      return read(parser, wanted, skipped);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<JsonEvent> read(
      JsonParser parser, FieldPaths wanted, Predicate<String> skipped) throws IOException {
    JsonEvent event = new JsonEvent();
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      event.field(parser, wanted);
      if (event.values.size() == 1 && skipped.test(event.type())) {
        return Optional.of(event);
      }
    }
    boolean whole = parser.nextToken() == null;
    return whole && !event.type().isEmpty() ? Optional.of(event) : Optional.empty();
  }

  private void field(JsonParser parser, FieldPaths of) throws IOException {
    String name = parser.currentName();
    if (!of.namesPath().isEmpty()) {
      add(of.namesPath(), name);
    }
    parser.nextToken();
    value(parser, of.field(name));
  }

  private void value(JsonParser parser, @Nullable FieldPaths wanted) throws IOException {
    if (wanted == null) {
      parser.skipChildren();
      return;
    }
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          field(parser, wanted);
        }
      }
      case START_ARRAY -> {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          value(parser, wanted.element());
        }
      }
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE -> {
        if (wanted.isWanted()) {
          add(wanted.path(), parser.getText());
        }
      }
      default -> {}
    }
  }

  private void add(String path, String value) {
    values.computeIfAbsent(path, _ -> new ArrayList<>(1)).add(value);
  }

  /** Returns the field {@code type}, which is always among the wanted fields. */
  String type() {
    return text("type").orElse("");
  }

  /** Returns all values at this path, in order. */
  List<String> texts(String path) {
    return values.getOrDefault(path, List.of());
  }

  /** Returns the value at this path. The last of several values counts, as in a tree parser. */
  Optional<String> text(String path) {
    List<String> all = texts(path);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** Whether the value is {@code true}. */
  boolean isTrue(String path) {
    return text(path).filter("true"::equals).isPresent();
  }

  /**
   * Returns the whole number at this path; empty if it is not a number, negative or implausibly
   * large.
   */
  OptionalLong number(String path) {
    return text(path).map(JsonEvent::parseNumber).orElse(OptionalLong.empty());
  }

  /** Returns one of {@link #texts} as a whole number; 0 if it is not one. */
  static long count(String text) {
    return parseNumber(text).orElse(0);
  }

  /** Returns the sum of the whole numbers at this path; 0 if there are none. */
  long sum(String path) {
    long sum = 0;
    for (String value : texts(path)) {
      sum = Math.min(LARGEST, sum + count(value));
    }
    return sum;
  }

  /** Returns the sum of the amounts at this path; empty if there are none. */
  Optional<BigDecimal> amount(String path) {
    Optional<BigDecimal> sum = Optional.empty();
    for (String value : texts(path)) {
      double amount = real(value);
      if (amount >= 0 && amount <= HIGHEST_COST) {
        sum = Optional.of(sum.orElse(BigDecimal.ZERO).add(BigDecimal.valueOf(amount)));
      }
    }
    return sum;
  }

  private static OptionalLong parseNumber(String text) {
    double number = real(text);
    return number >= 0 && number <= LARGEST ? OptionalLong.of((long) number) : OptionalLong.empty();
  }

  private static double real(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
