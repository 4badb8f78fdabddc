package dev.agentgate.agent;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** A message of an agent, in the length and form that the service keeps. */
final class Words {
  /** An agent's last message is cut off after this many bytes. */
  static final int MOST_BYTES = 64 * 1024;

  private static final int LONGEST_SENTENCE = 2_000;

  /** Terminal codes for colours, cursor movements and window titles. */
  private static final Pattern TERMINAL_CODES =
      Pattern.compile("\u001b\\[[0-?]*[ -/]*[@-~]|\u001b\\][^\u0007\u001b]*(\u0007|\u001b\\\\)?");

  private static final Pattern SPACES = Pattern.compile("[\\s\\p{Cntrl}]+");

  private final StringBuilder text = new StringBuilder();
  private int bytes;
  private boolean full;

  /** Appends to the message. Text beyond {@value #MOST_BYTES} bytes of UTF-8 is dropped. */
  void add(String more) {
    for (int at = 0; at < more.length() && !full; ) {
      int character = more.codePointAt(at);
      int width = width(character);
      if (bytes + width > MOST_BYTES) {
        full = true;
      } else {
        text.appendCodePoint(character);
        bytes += width;
        at += Character.charCount(character);
      }
    }
  }

  /** Replaces the message. */
  void set(String words) {
    clear();
    add(words);
  }

  void clear() {
    text.setLength(0);
    bytes = 0;
    full = false;
  }

  /** Returns the message; empty if there is none. */
  Optional<String> text() {
    return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
  }

  /** Returns the text on one line, without terminal codes, shortened to the length of a message. */
  static String sentence(String text) {
    String start =
        text.length() > 8 * LONGEST_SENTENCE ? text.substring(0, 8 * LONGEST_SENTENCE) : text;
    String plain = SPACES.matcher(withoutTerminalCodes(start)).replaceAll(" ").strip();
    if (plain.length() <= LONGEST_SENTENCE) {
      return plain;
    }
    int end = LONGEST_SENTENCE - 1;
    return plain.substring(0, Character.isHighSurrogate(plain.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }

  static String withoutTerminalCodes(String text) {
    return text.indexOf('\u001b') < 0 ? text : TERMINAL_CODES.matcher(text).replaceAll("");
  }

  /** Returns the beginning of a line of a log, enough for {@link #sentence}. */
  static String decode(byte[] bytes, int from, int to) {
    return new String(
        bytes, from, Math.min(to - from, 8 * LONGEST_SENTENCE), StandardCharsets.UTF_8);
  }

  private static int width(int character) {
    if (character < 0x80) {
      return 1;
    }
    if (character < 0x800) {
      return 2;
    }
    return character < 0x10000 ? 3 : 4;
  }
}
