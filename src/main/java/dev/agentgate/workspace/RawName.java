package dev.agentgate.workspace;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** The names of files as git knows them: bytes, which need not be text in any encoding. */
final class RawName {
  private static final String PLAIN = "-._~/";

  private RawName() {}

  /**
   * The file of that name below a directory. By way of a URI, which is how Java names a file by its
   * bytes whatever the locale.
   *
   * @param name relative, with slashes
   */
  static Path under(Path directory, byte[] name) {
    String top = directory.toUri().getRawPath();
    StringBuilder path = new StringBuilder(top.endsWith("/") ? top : top + "/");
    for (byte b : name) {
      char c = (char) (b & 0xff);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0)) {
        path.append(c);
      } else {
        path.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return Path.of(URI.create("file://" + path));
  }

  /** The bytes of a whole path, without a slash at its end. */
  static byte[] of(Path path) {
    String raw = path.toUri().getRawPath();
    int end = raw.length() > 1 && raw.endsWith("/") ? raw.length() - 1 : raw.length();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(end);
    for (int i = 0; i < end; i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  /** Bytes to compare and keep: one character for each. */
  static String key(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  static byte[] ofKey(String key) {
    return key.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The name as JSON can carry it: itself, if it is UTF-8; otherwise as git writes it into the
   * headers of a patch, in double quotes and with octal escapes.
   */
  static String shown(byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException e) {
      return quoted(name);
    }
  }

  private static String quoted(byte[] name) {
    StringBuilder text = new StringBuilder("\"");
    for (byte b : name) {
      int c = b & 0xff;
      int letter = "\u0007\b\t\n\u000b\f\r\"\\".indexOf(c);
      if (letter >= 0) {
        text.append('\\').append("abtnvfr\"\\".charAt(letter));
      } else if (c < 0x20 || c >= 0x7f) {
        text.append('\\').append(String.format("%03o", c));
      } else {
        text.append((char) c);
      }
    }
    return text.append('"').toString();
  }
}
