package dev.agentgate.execution.local;

import dev.agentgate.linux.SmallFile;
import dev.agentgate.output.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Records how much of a run's time its checkout took. The file is written beside the run before its
 * agent starts; a service that adopts the run adds the value to the age of the process. It is a
 * duration, because a difference of file times is wrong if the wall clock was set in between. It is
 * not synced, because no process survives a power loss.
 */
final class SpentTime {
  private static final Logger LOG = Logger.getLogger(SpentTime.class);

  private SpentTime() {}

  private static Path file(RunDirectory directory) {
    return directory.path().resolve("checkout-ms");
  }

  /**
   * Writes the duration, unless it is under a millisecond: then there was nothing to check out, and
   * a missing file says as much. If it cannot be written, the run continues all the same.
   */
  static void write(RunDirectory directory, Duration spent) {
    if (spent.toMillis() == 0) {
      return;
    }
    try {
      Files.writeString(file(directory), Long.toString(spent.toMillis()));
    } catch (IOException e) {
      LOG.debugf(e, "The duration of a checkout could not be recorded");
    }
  }

  /** Returns the recorded duration; zero if there is none. */
  static Duration read(RunDirectory directory) {
    try {
      return SmallFile.read(file(directory))
          .map(text -> Duration.ofMillis(Math.max(0, Long.parseLong(text))))
          .orElse(Duration.ZERO);
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
  }
}
