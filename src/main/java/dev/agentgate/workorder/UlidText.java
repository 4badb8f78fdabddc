package dev.agentgate.workorder;

/**
 * The form of an id: a prefix and a ULID. Checked by hand, because a start checks every id there
 * is, in code that is not yet compiled, where a regular expression takes most of the time.
 *
 * @see <a href="https://github.com/ulid/spec">The ULID specification</a>
 */
final class UlidText {
  private static final int LENGTH = 26;
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  /** The first of 26 digits holds what is left of 128 bits. */
  private static final char LARGEST_FIRST = '7';

  private UlidText() {}

  /** Whether this is the prefix and a ULID in Crockford's base 32, upper case, and no more. */
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
