package dev.agentgate.api;

import java.util.Optional;

/** The rules for every text of a client. */
final class TextRule {
  private TextRule() {}

  /**
   * Returns the fault of a text. NUL cannot be part of an argument or an environment variable
   * (POSIX, exec), and half a surrogate pair has no form in UTF-8.
   *
   * @param min the smallest number of characters, as Unicode code points
   * @return a sentence without a subject; empty if nothing is wrong
   */
  static Optional<String> fault(String text, int min, int max) {
    int length = text.codePointCount(0, text.length());
    if (length < min || length > max) {
      return Optional.of("must be " + min + " to " + max + " characters");
    }
    if (text.indexOf('\0') >= 0) {
      return Optional.of("must not contain the character NUL");
    }
    boolean unpaired =
        text.codePoints()
            .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    return unpaired ? Optional.of("must not contain half of a surrogate pair") : Optional.empty();
  }
}
