package dev.agentgate.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a value is written. */
enum ValueForm {
  BOOLEAN("false", "is neither true nor false", "write true or false"),
  NUMBER("1", "is not a whole number", "write one like 10"),
  /** A number with decimals. */
  DECIMAL("1", "is not a number", "write one like 2.5"),
  TIME("1s", "is not a valid duration", "write one like 500ms, 30s, 10m, 2h, 7d or PT20S"),
  SIZE("1M", "is not a valid size", "write bytes, or a unit as in 512K, 64M or 1G"),
  /** Texts, separated by commas. */
  LIST("-", "has an empty item", "remove the extra comma, or write \\, for a comma in an item"),
  /** Any text that is not empty. */
  TEXT("-", "", "");

  private static final Map<Class<?>, ValueForm> BY_TYPE =
      Map.of(
          boolean.class, BOOLEAN,
          int.class, NUMBER,
          BigDecimal.class, DECIMAL,
          Duration.class, TIME,
          MemorySize.class, SIZE,
          List.class, LIST,
          Set.class, LIST,
          String.class, TEXT);

  /** A comma that is not escaped, followed by another comma or the end. */
  private static final Pattern EMPTY_ITEM = Pattern.compile("(?<!\\\\),(?=,|\\z)");

  private static final Set<String> BOOLEANS =
      Set.of("true", "yes", "y", "on", "1", "false", "no", "n", "off", "0");

  /** A placeholder of this form, used until the start is refused. */
  final String placeholder;

  final String reason;
  final String remedy;

  ValueForm(String placeholder, String reason, String remedy) {
    this.placeholder = placeholder;
    this.reason = reason;
    this.remedy = remedy;
  }

  /** The form of the values that become this type. */
  static ValueForm of(Class<?> type) {
    return Optional.ofNullable(BY_TYPE.get(type))
        .orElseThrow(() -> new IllegalArgumentException("No setting can be a " + type));
  }

  boolean takes(String text) {
    return switch (this) {
      // The framework reads every unknown word as false.
      case BOOLEAN -> BOOLEANS.contains(text.strip().toLowerCase(Locale.ROOT));
      case NUMBER, DECIMAL, TIME, SIZE -> amount(text).isPresent();
      // The framework drops an empty item, and an agent's other arguments would move up.
      case LIST -> !text.startsWith(",") && !EMPTY_ITEM.matcher(text).find();
      case TEXT -> true;
    };
  }

  /** The count, seconds or bytes that a text stands for; empty if the text is not valid. */
  Optional<BigDecimal> amount(String text) {
    try {
      return Optional.ofNullable(parse(text.strip()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private @Nullable BigDecimal parse(String text) {
    return switch (this) {
      case NUMBER -> BigDecimal.valueOf(Integer.parseInt(text));
      case DECIMAL -> new BigDecimal(text);
      case TIME -> {
        Duration time = DurationConverter.parseDuration(text);
        yield BigDecimal.valueOf(time.getSeconds()).add(BigDecimal.valueOf(time.getNano(), 9));
      }
      case SIZE -> {
        @Nullable MemorySize size = new MemorySizeConverter().convert(text);
        yield size == null ? null : new BigDecimal(size.asBigInteger());
      }
      case BOOLEAN, LIST, TEXT -> null;
    };
  }
}
