package dev.agentgate.store.postgres;

/**
 * Text that PostgreSQL can store. It refuses U+0000 and halves of surrogate pairs, which clients
 * can send as escapes in JSON; these are written as escapes here too.
 */
final class StoredText {
  private StoredText() {}

  static String escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      if (at == '\\' || at == 0 || Character.isSurrogate(at)) {
        return escaped(text);
      }
    }
    return text;
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char at = text.charAt(i);
      if (Character.isHighSurrogate(at)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(at).append(text.charAt(++i));
      } else if (at == '\\' || at == 0 || Character.isSurrogate(at)) {
        out.append('\\').append("%04x".formatted((int) at));
      } else {
        out.append(at);
      }
    }
    return out.toString();
  }

  static String unescape(String stored) {
    if (stored.indexOf('\\') < 0) {
      return stored;
    }
    StringBuilder out = new StringBuilder(stored.length());
    for (int i = 0; i < stored.length(); i++) {
      if (stored.charAt(i) == '\\') {
        out.append((char) Integer.parseInt(stored, i + 1, i + 5, 16));
        i += 4;
      } else {
        out.append(stored.charAt(i));
      }
    }
    return out.toString();
  }
}
