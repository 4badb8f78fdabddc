package dev.agentgate.linux;

import java.util.List;

/**
 * Recognises a machine short of descriptors, processes or memory behind a start that failed, by the
 * words of strerror(3), which git and Java repeat, and by the numbers of errno(3).
 */
public final class Shortage {
  private static final List<String> OF_FILES =
      List.of("Too many open files", "error=23,", "error=24,");

  /** EAGAIN and ENOMEM, which only fork(2) and what belongs to it mean so. */
  private static final List<String> OF_PROCESSES =
      List.of(
          "Resource temporarily unavailable",
          "Cannot allocate memory",
          "error=11,",
          "error=12,",
          "error: 11",
          "error: 12",
          "error: 23",
          "error: 24");

  private Shortage() {}

  /** Whether the failure or one of its causes says that no more files can be opened. */
  public static boolean ofFiles(Throwable failure) {
    return Causes.hold(failure, OF_FILES);
  }

  /** Whether the failure to start a process or one of its causes says that there is no room. */
  public static boolean ofProcesses(Throwable failure) {
    return Causes.hold(failure, OF_FILES) || Causes.hold(failure, OF_PROCESSES);
  }
}
