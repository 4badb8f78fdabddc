package dev.agentgate.workorder;

import java.util.OptionalInt;

/**
 * How a process ended, as a POSIX shell reports it in {@code $?}: 0 to 128 is an exit code, 128 + n
 * says that signal n ended it. A program that itself exits with 128 + n cannot be told from one
 * that signal n ended; POSIX leaves it so.
 *
 * @param code the shell's status, 0..255
 * @see <a
 *     href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02">POSIX,
 *     Exit Status for Commands</a>
 */
public record ExitStatus(int code) {
  private static final int SIGNAL_BASE = 128;
  private static final int LAST_SIGNAL = 64;

  /**
   * @throws IllegalArgumentException if {@code code} is not in 0..255
   */
  public ExitStatus {
    if (code < 0 || code > 255) {
      throw new IllegalArgumentException("Not an exit status: " + code);
    }
  }

  /** The signal that ended the process, if one did. */
  public OptionalInt signal() {
    int signal = code - SIGNAL_BASE;
    return signal >= 1 && signal <= LAST_SIGNAL ? OptionalInt.of(signal) : OptionalInt.empty();
  }

  /** Whether the process ended by itself and called it a success. */
  public boolean isSuccess() {
    return code == 0;
  }
}
