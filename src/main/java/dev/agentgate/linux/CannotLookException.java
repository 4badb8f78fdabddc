package dev.agentgate.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;

/**
 * Says that the service is short of file descriptors or memory, or that a disk does not answer, so
 * that the content of {@code /proc} or of a file is unknown. Unlike a missing file, this proves
 * nothing: try again.
 */
public class CannotLookException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The messages of strerror(3) for EMFILE, ENFILE, ENOMEM, EIO and ESTALE. */
  private static final List<String> WORDS =
      List.of(
          "Too many open files",
          "Cannot allocate memory",
          "Input/output error",
          "Stale file handle");

  public CannotLookException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns normally if the failure is about the file itself.
   *
   * @throws CannotLookException if the service is short of something, or a disk does not answer
   */
  public static void throwIfShort(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (WORDS.stream().anyMatch(message::contains) || !opensFiles()) {
      throw new CannotLookException("A file cannot be opened", failure);
    }
  }

  /** A second test, because the system's messages depend on its language. */
  private static boolean opensFiles() {
    try (FileInputStream _ = new FileInputStream("/proc/self/stat")) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
