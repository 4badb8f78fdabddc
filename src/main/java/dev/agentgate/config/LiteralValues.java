package dev.agentgate.config;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes every value of the service's own keys as it is written. The framework would replace {@code
 * ${name}}, {@code $$} and {@code \$} in it, and drop backslashes from lists. A password that
 * contains a dollar sign would silently become a different one.
 *
 * <p>In a list only {@code \,} has a meaning: a comma inside an item. The service's own defaults
 * and the {@code application.properties} on the class path may use expressions. Keys of the
 * framework keep the framework's rules, except those of {@link DatabaseAccess}.
 *
 * <p>The framework expands at {@code LIBRARY + 300}, and looks below that for the values that an
 * expression names. So this class escapes values instead of switching expressions off; a value
 * stays literal inside another one, too.
 *
 * <p>Registered in {@code META-INF/services}.
 */
@Priority(Priorities.LIBRARY + 280)
public final class LiteralValues implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  /** A name that no source can set, so that an expression always takes its default. */
  private static final String NOTHING = "agentgate-nothing";

  /**
   * A dollar sign and the backslashes before it. The framework treats the last backslash as an
   * escape, so the backslashes become an expression of their own.
   */
  private static final Pattern DOLLARS = Pattern.compile("(\\\\*)\\$");

  /** The ordinal of {@code application.properties} on the class path. */
  private static final int OWN_ORDINAL = 250;

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    if (name.equals(NOTHING)) {
      return null;
    }
    @Nullable ConfigValue value = context.proceed(name);
    if (value == null
        || value.getValue() == null
        || !isTakenLiterally(name)
        || !isFromOutside(value)) {
      return value;
    }
    String text = value.getValue();
    String escaped = escapeExpressions(isList(name) ? escapeItems(text) : text);
    return escaped.equals(text) ? value : value.withValue(escaped);
  }

  private static boolean isTakenLiterally(String name) {
    return name.startsWith(Setting.PREFIX) || DatabaseAccess.KEYS.contains(name);
  }

  private static boolean isFromOutside(ConfigValue value) {
    // A default has a negative ordinal.
    return value.getConfigSourceOrdinal() >= 0 && value.getConfigSourceOrdinal() != OWN_ORDINAL;
  }

  private static boolean isList(String name) {
    return Setting.of(name).filter(it -> it.form() == ValueForm.LIST).isPresent();
  }

  private static String escapeItems(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean escapesComma = c == '\\' && at + 1 < text.length() && text.charAt(at + 1) == ',';
      escaped.append(c == '\\' && !escapesComma ? "\\\\" : String.valueOf(c));
    }
    return escaped.toString();
  }

  private static String escapeExpressions(String text) {
    return DOLLARS
        .matcher(text)
        .replaceAll(found -> {
          String backslashes = found.group(1);
          String escaped = backslashes.isEmpty() ? "" : "${" + NOTHING + ":" + backslashes + "}";
          return Matcher.quoteReplacement(escaped + "$$");
        });
  }
}
