package dev.agentgate.workorder;

/**
 * The byte order mark, which some editors and clients put before a text.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259#section-8.1">RFC 8259, section 8.1</a>
 */
public final class ByteOrderMark {
  private static final String MARK = "\uFEFF";

  private ByteOrderMark() {}

  /** Returns the text without the mark, if it begins with one. */
  public static String strip(String text) {
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }
}
