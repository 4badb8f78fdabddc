package dev.agentgate.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.wire.DurationText;
import dev.agentgate.wire.Problem.Violation;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Reads the values of a JSON object, strictly by their type. It notes what is wrong with each value
 * instead of stopping at the first. {@code null} counts as absent.
 */
final class RequestFields {
  private static final int DECIMALS_OF_DOLLARS = 6;

  private final ObjectNode object;
  private final String prefix;
  private final List<Violation> violations;

  private RequestFields(ObjectNode object, String prefix, List<Violation> violations) {
    this.object = object;
    this.prefix = prefix;
    this.violations = violations;
  }

  static RequestFields of(ObjectNode body) {
    return new RequestFields(body, "", new ArrayList<>());
  }

  /** Everything noted so far, including what nested objects noted. */
  List<Violation> violations() {
    return List.copyOf(violations);
  }

  /**
   * Refuses the request if anything was noted.
   *
   * @throws ApiException a 400 that lists every wrong value
   */
  void throwIfRefused() {
    if (!violations.isEmpty()) {
      Violation first = violations.getFirst();
      throw ApiException.invalid(first.field() + " " + first.message(), violations());
    }
  }

  void refuse(String name, String message) {
    violations.add(new Violation(prefix + name, message));
  }

  void require(String name) {
    if (value(name).isEmpty()) {
      refuse(name, "is required");
    }
  }

  /** A value as it was sent; empty if absent. */
  Optional<JsonNode> value(String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  /** A text within its length in characters (Unicode code points). */
  Optional<String> text(String name, int min, int max) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isTextual()) {
      refuse(name, "must be a string");
      return Optional.empty();
    }
    Optional<String> text = value.map(JsonNode::textValue);
    Optional<String> fault = text.flatMap(it -> TextRule.fault(it, min, max));
    fault.ifPresent(message -> refuse(name, message));
    return fault.isPresent() ? Optional.empty() : text;
  }

  OptionalInt integer(String name, int min, int max) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    JsonNode number = value.get();
    if (number.isIntegralNumber()
        && number.canConvertToInt()
        && number.intValue() >= min
        && number.intValue() <= max) {
      return OptionalInt.of(number.intValue());
    }
    refuse(name, "must be an integer from " + min + " to " + max);
    return OptionalInt.empty();
  }

  /** An amount of money, to the millionth. */
  Optional<BigDecimal> dollars(String name, int most) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    double amount = value.get().isNumber() ? value.get().doubleValue() : 0;
    if (amount > 0 && amount <= most) {
      BigDecimal exact = value.get().decimalValue().stripTrailingZeros();
      if (exact.scale() <= DECIMALS_OF_DOLLARS) {
        return Optional.of(exact.scale() < 0 ? exact.setScale(0) : exact);
      }
    }
    refuse(
        name,
        "must be a number above 0 and at most "
            + most
            + ", with at most "
            + DECIMALS_OF_DOLLARS
            + " decimals");
    return Optional.empty();
  }

  /** A text of a certain form. */
  Optional<String> text(String name, Pattern form, String rule) {
    Optional<JsonNode> value = value(name);
    Optional<String> text =
        value
            .filter(JsonNode::isTextual)
            .map(JsonNode::textValue)
            .filter(it -> form.matcher(it).matches());
    if (value.isPresent() && text.isEmpty()) {
      refuse(name, rule);
    }
    return text;
  }

  /** A duration of 1 ms or more: an integer of milliseconds, or a {@link DurationText}. */
  Optional<Duration> duration(String name, Duration max) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> duration =
        read(value.get())
            .filter(it -> it.compareTo(Duration.ofMillis(1)) >= 0 && it.compareTo(max) <= 0);
    if (duration.isEmpty()) {
      refuse(
          name,
          "must be a duration of 1 to "
              + max.toMillis()
              + " milliseconds: an integer of milliseconds, or a string such as \"60s\", \"5m\" or"
              + " \"PT1H\"");
    }
    return duration;
  }

  private static Optional<Duration> read(JsonNode value) {
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return Optional.of(Duration.ofMillis(value.longValue()));
    }
    return value.isTextual() ? DurationText.parse(value.textValue()) : Optional.empty();
  }

  /** A nested object, whose violations are noted here too. If it is absent, it has no values. */
  RequestFields object(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isObject()) {
      refuse(name, "must be an object");
    }
    ObjectNode inner =
        value.filter(JsonNode::isObject).map(ObjectNode.class::cast).orElseGet(object::objectNode);
    return new RequestFields(inner, prefix + name + ".", violations);
  }
}
