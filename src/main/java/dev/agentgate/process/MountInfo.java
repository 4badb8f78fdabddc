package dev.agentgate.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The text of {@code mountinfo}. Names in it may be any bytes, and some characters are written as a
 * backslash and three octal digits: a blank, and the backslash itself, which systemd puts into the
 * names of cgroups.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">
 *     proc_pid_mountinfo(5)</a>
 */
public final class MountInfo {
  private static final int OCTAL_DIGITS = 3;

  private MountInfo() {}

  /**
   * Reads a file of {@code /proc}, a character for each byte.
   *
   * @throws IOException if it cannot be read; no bytes in it are wrong
   */
  public static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /** A name in a file that escapes nothing, such as {@code /proc/pid/cgroup}. */
  public static String plain(String name) {
    return new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** The name that a field of {@code mountinfo} stands for. */
  public static String decode(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    int at = 0;
    while (at < field.length()) {
      if (field.charAt(at) == '\\' && isOctal(field, at + 1)) {
        bytes.write(Integer.parseInt(field, at + 1, at + 1 + OCTAL_DIGITS, 8));
        at += 1 + OCTAL_DIGITS;
      } else {
        bytes.write(field.charAt(at));
        at++;
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static boolean isOctal(String text, int from) {
    return from + OCTAL_DIGITS <= text.length()
        && text.substring(from, from + OCTAL_DIGITS).chars().allMatch(c -> c >= '0' && c <= '7');
  }
}
