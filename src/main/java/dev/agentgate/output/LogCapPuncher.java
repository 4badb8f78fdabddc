package dev.agentgate.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Frees the disk space of a range within a file with the {@code fallocate} command of util-linux.
 * Processes can write to the file meanwhile, and no byte moves.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/fallocate.2.html">fallocate(2),
 *     FALLOC_FL_PUNCH_HOLE</a>
 */
class LogCapPuncher {
  private static final Logger LOG = Logger.getLogger(LogCapPuncher.class);

  private final String command;
  private volatile boolean works = true;

  LogCapPuncher() {
    this("fallocate");
  }

  LogCapPuncher(String command) {
    this.command = command;
  }

  /**
   * Punches the hole.
   *
   * @return false if this machine or its file system does not support it; later calls do not try
   *     again
   */
  boolean punch(Path file, long position, long length) throws InterruptedException {
    if (!works) {
      return false;
    }
    works = run(file, position, length);
    if (!works) {
      LOG.warn("fallocate --punch-hole does not work here; logs are capped by rewriting them");
    }
    return works;
  }

  private boolean run(Path file, long position, long length) throws InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    command,
                    "--punch-hole",
                    "--keep-size",
                    "--offset",
                    Long.toString(position),
                    "--length",
                    Long.toString(length),
                    file.toAbsolutePath().toString()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    // All it needs of the service's environment is where commands are found.
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    try {
      Process process = builder.start();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
