package dev.agentgate.api.access;

import java.util.regex.Pattern;

/**
 * Recognises names that can only mean this machine, by their text alone. Nothing is looked up,
 * because the owner of a name decides what it resolves to; DNS rebinding works that way.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6761#section-6.3">RFC 6761, localhost</a>
 */
final class LoopbackName {
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost\\.?|127(\\." + OCTET + "){3}|\\[(::1|(0{1,4}:){7}0{0,3}1)])(:[0-9]{0,5})?",
          Pattern.CASE_INSENSITIVE);

  private LoopbackName() {}

  /**
   * Whether a {@code Host} means this machine.
   *
   * @param authority a name or an address, optionally with a port; IPv6 in brackets
   */
  static boolean isLoopback(String authority) {
    return LOOPBACK.matcher(authority).matches();
  }
}
