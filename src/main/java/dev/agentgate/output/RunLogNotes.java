package dev.agentgate.output;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Adds lines from the service itself to the logs of runs, for readers who follow an agent's work.
 */
public final class RunLogNotes {
  private static final Logger LOG = Logger.getLogger(RunLogNotes.class);

  private final RunDirectories directories;

  public RunLogNotes(RunDirectories directories) {
    this.directories = directories;
  }

  /**
   * Adds a line in the same form as all other lines of the service. If the line cannot be written,
   * that is logged and has no other effect.
   *
   * @param sentence a sentence on one line
   */
  public void add(RunId run, String sentence) {
    try {
      RunDirectory directory = directories.create(run);
      try (SeekableByteChannel log =
          Files.newByteChannel(
              directory.outputLog(),
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        log.write(StandardCharsets.UTF_8.encode("[agentgate: " + sentence + "]\n"));
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf(
          "The log of %s lacks a line of the service (%s): %s", run, sentence, e.getMessage());
    }
  }
}
