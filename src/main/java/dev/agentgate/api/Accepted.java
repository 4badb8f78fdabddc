package dev.agentgate.api;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Handles a part of {@code Accept} that the framework ignores: a weight of zero means "not
 * acceptable".
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-12.4.2">RFC 9110, 12.4.2</a>
 */
final class Accepted {
  private static final Pattern ZERO = Pattern.compile("\\s*[qQ]\\s*=\\s*0(\\.0{0,3})?\\s*");

  private Accepted() {}

  /** Whether the most specific range that contains the type has the weight zero. */
  static boolean excludes(String accept, String type) {
    int best = -1;
    boolean zero = false;
    for (String range : accept.split(",", -1)) {
      String[] parts = range.split(";", -1);
      int specificity = specificity(parts[0].strip().toLowerCase(Locale.ROOT), type);
      if (specificity > best) {
        best = specificity;
        zero = false;
        for (int i = 1; i < parts.length; i++) {
          zero |= ZERO.matcher(parts[i]).matches();
        }
      }
    }
    return zero;
  }

  private static int specificity(String range, String type) {
    if (range.equals(type)) {
      return 2;
    }
    if (range.equals(type.substring(0, type.indexOf('/')) + "/*")) {
      return 1;
    }
    return range.equals("*/*") ? 0 : -1;
  }
}
