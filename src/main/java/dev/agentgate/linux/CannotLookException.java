package dev.agentgate.linux;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.List;

/**
 * The service is short of file descriptors or memory, so what {@code /proc} or a file would say is
 * unknown. Unlike a file that is missing, this proves nothing: try again.
 */
public class CannotLookException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of strerror(3) for EMFILE, ENFILE and ENOMEM. */
  private static final List<String> WORDS =
      List.of("Too many open files", "Cannot allocate memory");

  public CannotLookException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Returns if the failure is about the file itself.
   *
   * @throws CannotLookException if the service could open no file at all
   */
  public static void throwIfShort(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (WORDS.stream().anyMatch(message::contains) || !opensFiles()) {
      throw new CannotLookException("A file cannot be opened", failure);
    }
  }

  /** Asked as well, because the words of the system depend on its language. */
  private static boolean opensFiles() {
    try (FileInputStream _ = new FileInputStream("/proc/self/stat")) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
