package dev.agentgate.git;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Percent-encoding as browsers and git use it in paths: UTF-8, and a plus sign stands for itself.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.1">RFC 3986, section 2.1</a>
 */
public final class PercentEncoding {
  private PercentEncoding() {}

  /**
   * Decodes the text once.
   *
   * @return empty if a percent sign is not followed by two hexadecimal digits, or if the bytes are
   *     not UTF-8 or contain a NUL
   */
  public static Optional<String> decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    try {
      int at = 0;
      while (at < text.length()) {
        int percent = text.indexOf('%', at);
        int end = percent < 0 ? text.length() : percent;
        ByteBuffer plain =
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text, at, end));
        byte[] part = new byte[plain.remaining()];
        plain.get(part);
        bytes.writeBytes(part);
        at = end;
        if (percent >= 0) {
          if (percent + 3 > text.length()
              || !HexFormat.isHexDigit(text.charAt(percent + 1))
              || !HexFormat.isHexDigit(text.charAt(percent + 2))) {
            return Optional.empty();
          }
          bytes.write(HexFormat.fromHexDigits(text, percent + 1, percent + 3));
          at = percent + 3;
        }
      }
      return Optional.of(
              StandardCharsets.UTF_8
                  .newDecoder()
                  .decode(ByteBuffer.wrap(bytes.toByteArray()))
                  .toString())
          .filter(decoded -> decoded.indexOf('\0') < 0);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /**
   * Encodes a path for {@code file://}, which git decodes. Characters that need no encoding stay as
   * they are, so that the URL is readable.
   */
  public static String encodePath(String path) {
    StringBuilder encoded = new StringBuilder(path.length());
    path.chars()
        .forEach(c -> {
          if (c == '%' || c < ' ' || c == '\u007f') {
            encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
          } else {
            encoded.append((char) c);
          }
        });
    return encoded.toString();
  }
}
