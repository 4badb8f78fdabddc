package dev.agentgate.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks behind a failure for the words of the system. */
public final class Causes {
  private Causes() {}

  /** Whether the message of the failure, or of one of its causes, holds one of these words. */
  public static boolean hold(@Nullable Throwable failure, List<String> words) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = String.valueOf(at.getMessage());
      if (words.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }
}
