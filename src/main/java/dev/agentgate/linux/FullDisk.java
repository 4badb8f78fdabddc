package dev.agentgate.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises a full disk behind a failure, by the words of strerror(3), which git and Java repeat.
 */
public final class FullDisk {
  private static final List<String> WORDS =
      List.of("No space left on device", "Disk quota exceeded", "error=28,");

  private FullDisk() {}

  /** Whether the failure or one of its causes says so. */
  public static boolean isBehind(@Nullable Throwable failure) {
    return Causes.hold(failure, WORDS);
  }
}
