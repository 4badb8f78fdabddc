package dev.agentgate.execution.local;

import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.DeadMansSwitch;
import dev.agentgate.linux.CannotLookException;
import dev.agentgate.linux.KernelFacts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The file with the deadline of all runs of this instance. The switch of each run, a process of its
 * own, looks at it about once a second.
 *
 * <p>The file is overwritten in place, because that needs neither a descriptor nor room on the
 * disk: a full disk must not end runs. Its line holds the deadline twice, so that a reader detects
 * that the line was written while it was read.
 */
public final class LeaseFile implements DeadMansSwitch {
  private final Path path;

  /** Guarded by this. An interrupt does not close it, as it would close a channel. */
  private @Nullable RandomAccessFile file;

  /**
   * @param path absolute
   */
  public LeaseFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  @Override
  public Duration uptime() {
    try {
      return KernelFacts.uptime();
    } catch (CannotLookException e) {
      throw new CannotTellException(e);
    }
  }

  @Override
  public synchronized void setDeadline(Duration uptime) {
    byte[] line = line(uptime);
    try {
      RandomAccessFile open = file;
      if (open == null || !Files.exists(path)) {
        close();
        open = new RandomAccessFile(path.toFile(), "rw");
        file = open;
      }
      open.seek(0);
      open.write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] line(Duration uptime) {
    String deadline = "%d.%02d".formatted(uptime.toSeconds(), uptime.toMillisPart() / 10);
    return (deadline + " " + deadline + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Closes the file. It stays, with its deadline. */
  @Override
  public synchronized void close() {
    RandomAccessFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
