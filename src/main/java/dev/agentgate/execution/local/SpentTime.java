package dev.agentgate.execution.local;

import dev.agentgate.output.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * How much of a run's time its checkout took, noted beside the run before its agent starts. The
 * service that takes the run over adds it to the age of the process. It is a length, not a time: a
 * difference of file times is wrong once the wall clock was set. Not synced: after a power loss
 * there is no process left.
 */
final class SpentTime {
  private static final Logger LOG = Logger.getLogger(SpentTime.class);

  private SpentTime() {}

  private static Path file(RunDirectory directory) {
    return directory.path().resolve("checkout-ms");
  }

  /** Notes it; where it cannot be written the run goes on all the same. */
  static void write(RunDirectory directory, Duration spent) {
    try {
      Files.createDirectories(directory.path());
      Files.writeString(file(directory), Long.toString(spent.toMillis()));
    } catch (IOException e) {
      LOG.debugf(e, "The length of a checkout could not be noted");
    }
  }

  /** What was noted; zero if nothing was. */
  static Duration read(RunDirectory directory) {
    try {
      return Duration.ofMillis(Math.max(0, Long.parseLong(Files.readString(file(directory)))));
    } catch (IOException | NumberFormatException e) {
      return Duration.ZERO;
    }
  }
}
