package dev.agentgate.queue;

import dev.agentgate.linux.CannotLookException;
import dev.agentgate.output.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * A request to end a run, noted beside it before its processes are stopped: a service that dies
 * between the first signal and the end leaves to the next one what was meant, so that a cancelled
 * order does not end as a failed one, or is tried again. Not synced: after a power loss there is no
 * process left to stop.
 */
final class EndRequest {
  private static final Logger LOG = Logger.getLogger(EndRequest.class);

  private EndRequest() {}

  private static Path file(RunDirectory directory) {
    return directory.path().resolve("end-requested");
  }

  /** Notes it; where it cannot be written the wish is carried out all the same. */
  static void write(RunDirectory directory, EndCause cause) {
    try {
      Files.writeString(file(directory), cause.name());
    } catch (IOException e) {
      LOG.debugf(e, "The request to end a run could not be noted");
    }
  }

  /**
   * What was noted last.
   *
   * @throws CannotLookException if the service is too short of resources to read it
   */
  static Optional<EndCause> read(RunDirectory directory) {
    try {
      String name = Files.readString(file(directory));
      return Arrays.stream(EndCause.values())
          .filter(cause -> cause.name().equals(name))
          .findFirst();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      CannotLookException.throwIfShort(e);
      return Optional.empty();
    }
  }
}
