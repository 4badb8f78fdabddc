package dev.agentgate.git;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** Names of files as git sees them: bytes, which need not be text in any encoding. */
public final class RawName {
  private static final String PLAIN = "-._~/";

  private RawName() {}

  /**
   * Returns the file of this name below a directory. Uses a URI, which lets Java address a file by
   * its bytes in every locale.
   *
   * @param name relative, with slashes
   */
  public static Path under(Path directory, byte[] name) {
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

  /** Returns the bytes of a whole path, without a slash at the end. */
  public static byte[] of(Path path) {
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

  /** Returns the bytes as a key to compare and keep, one character for each byte. */
  public static String key(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  public static byte[] ofKey(String key) {
    return key.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Returns the name for JSON. A UTF-8 name is unchanged; any other is quoted as git quotes it in
   * the headers of a patch, in double quotes and with octal escapes.
   */
  public static String shown(byte[] name) {
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
