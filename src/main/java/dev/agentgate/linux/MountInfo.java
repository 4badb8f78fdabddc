package dev.agentgate.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code mountinfo}. Names in it may be any bytes. Some characters appear as a backslash and
 * three octal digits: blanks, and the backslash itself, which systemd uses in the names of cgroups.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">
 *     proc_pid_mountinfo(5)</a>
 */
public final class MountInfo {
  private static final int OCTAL_DIGITS = 3;

  private MountInfo() {}

  /**
   * Reads a file of {@code /proc}, one character for each byte.
   *
   * @throws IOException if it cannot be read; any bytes are accepted
   */
  public static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /**
   * Returns the directory of this process's own version 2 cgroup.
   *
   * @param proc {@code /proc}, or a directory like it
   * @return empty if there is none
   * @throws IOException if it cannot be determined
   */
  public static Optional<Path> ownCgroup(Path proc) throws IOException {
    return ownCgroup(read(proc.resolve("self/mountinfo")), read(proc.resolve("self/cgroup")));
  }

  /**
   * Returns the directory of a process's own version 2 cgroup.
   *
   * @param mounts proc_pid_mountinfo(5): fields 4 and 5 are the mounted part and where it is
   *     mounted
   * @param own cgroups(7), {@code /proc/pid/cgroup}: version 2 is the line of hierarchy 0
   */
  static Optional<Path> ownCgroup(String mounts, String own) {
    Optional<Path> path =
        own.lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> Path.of(plain(line.substring("0::".length()))))
            .filter(at -> at.equals(at.normalize()) && !at.startsWith("/.."))
            .findFirst();
    return path.flatMap(at ->
        mounts
            .lines()
            .filter(line -> line.contains(" - cgroup2 "))
            .map(line -> line.split(" ", 6))
            .map(fields -> new Mount(decode(fields[3]), decode(fields[4])))
            .filter(mount -> at.startsWith(mount.part()))
            .map(mount -> Path.of(mount.point()).resolve(Path.of(mount.part()).relativize(at)))
            .findFirst());
  }

  /**
   * Returns where something is mounted.
   *
   * @param mounts proc_pid_mountinfo(5): field 5
   */
  static List<String> mountPoints(String mounts) {
    return mounts.lines().map(line -> decode(line.split(" ", 6)[4])).toList();
  }

  private record Mount(String part, String point) {}

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
