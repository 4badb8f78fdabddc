package dev.agentgate.workorder;

/**
 * The form of an id: a prefix and a ULID. It is checked by hand because every start checks all ids,
 * in code that is not compiled yet, where a regular expression would take most of the time.
 *
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
final class UlidText {
  private static final int LENGTH = 26;
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  /** The first of the 26 digits holds only the 3 bits that remain of 128. */
  private static final char LARGEST_FIRST = '7';

  private UlidText() {}

  /**
   * Whether the text is exactly this prefix followed by a ULID in Crockford's base 32, upper case.
   */
  static boolean follows(String prefix, String text) {
    int at = prefix.length();
    if (text.length() != at + LENGTH
        || !text.startsWith(prefix)
        || text.charAt(at) > LARGEST_FIRST) {
      return false;
    }
    for (; at < text.length(); at++) {
      if (DIGITS.indexOf(text.charAt(at)) < 0) {
        return false;
      }
    }
    return true;
  }
}
