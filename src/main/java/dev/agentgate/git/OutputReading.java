package dev.agentgate.git;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Runs a reader on the output of a process. */
final class OutputReading {
  private final Process process;
  private final GitCommand.Reader reader;
  private final Thread thread = Thread.ofVirtual().name("git-reader").unstarted(this::read);
  private volatile boolean cutShort;
  private volatile @Nullable IOException failure;

  private OutputReading(Process process, GitCommand.Reader reader) {
    this.process = process;
    this.reader = reader;
  }

  static OutputReading of(Process process, GitCommand.Reader reader) {
    OutputReading reading = new OutputReading(process, reader);
    reading.thread.start();
    return reading;
  }

  boolean awaitEnd(Deadline deadline) throws InterruptedException {
    return thread.join(Duration.ofNanos(Math.max(1, deadline.remainingNanos())));
  }

  boolean isEnded() {
    return !thread.isAlive();
  }

  /** Whether git was stopped because the reader returned early. */
  boolean isCutShort(String name) throws GitException {
    IOException problem = failure;
    if (problem != null) {
      throw new GitException("The output of " + name + " could not be read or kept", problem);
    }
    return cutShort;
  }

  private void read() {
    try (InputStream output = process.getInputStream()) {
      reader.read(output);
      cutShort = output.read() >= 0;
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) {
      // A part of git's output must not be mistaken for all of it.
      failure = new IOException(e);
    }
    if (cutShort || failure != null) {
      process.destroyForcibly();
    }
  }
}
