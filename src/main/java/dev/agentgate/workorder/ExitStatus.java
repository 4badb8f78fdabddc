package dev.agentgate.workorder;

import java.util.OptionalInt;

/**
 * How a process ended, as a POSIX shell reports it in {@code $?}: 0 to 128 is an exit code, and 128
 * + n means that signal n ended the process. A program that itself exits with 128 + n cannot be
 * told apart from one that was ended by signal n; POSIX has the same ambiguity.
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

  /** Returns the signal that ended the process; empty if it exited by itself. */
  public OptionalInt signal() {
    int signal = code - SIGNAL_BASE;
    return signal >= 1 && signal <= LAST_SIGNAL ? OptionalInt.of(signal) : OptionalInt.empty();
  }

  /** Whether the process exited by itself with code 0. */
  public boolean isSuccess() {
    return code == 0;
  }
}
