package dev.agentgate.git;

import dev.agentgate.linux.Sessions;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** One process of git, in a session of its own. It does not outlive {@link #await}. */
final class GitProcess {
  private static final Logger LOG = Logger.getLogger(GitProcess.class);
  private static final Duration SWEEP_TIME = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Optional<OutputReading> reading;
  private final OutputTail output;

  private GitProcess(String name, Process process, Optional<GitCommand.Reader> reader) {
    this.name = name;
    this.process = process;
    this.reading = reader.map(it -> OutputReading.of(process, it));
    this.output =
        OutputTail.of(reader.isPresent() ? process.getErrorStream() : process.getInputStream());
  }

  /**
   * Starts a process.
   *
   * @param name for messages
   * @param arguments follow {@code git} on its command line
   * @param input the file for its standard input
   * @param reader reads its standard output; without one, it goes where its standard error goes
   */
  static GitProcess start(
      String name,
      List<String> arguments,
      Map<String, String> environment,
      File input,
      Optional<GitCommand.Reader> reader)
      throws GitException {
    ProcessBuilder builder =
        new ProcessBuilder("setsid", "git")
            .directory(new File("/"))
            .redirectErrorStream(reader.isEmpty())
            .redirectInput(input);
    builder.command().addAll(arguments);
    // Variables that stay equal are not touched: Java then keeps their bytes in every locale.
    builder
        .environment()
        .entrySet()
        .removeIf(variable -> !variable.getValue().equals(environment.get(variable.getKey())));
    environment.forEach(builder.environment()::putIfAbsent);
    try {
      return new GitProcess(name, builder.start(), reader);
    } catch (IOException e) {
      throw new GitException("git could not be started; is it installed?", e);
    }
  }

  /**
   * Waits until the process has ended and its output is read.
   *
   * @throws GitException if that took too long, or the reader failed
   */
  void await(GitContext context) throws GitException, InterruptedException {
    Deadline deadline = context.deadline();
    try {
      if (!process.waitFor(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded(name);
      }
      if (reading.isPresent() && !reading.get().awaitEnd(deadline)) {
        throw deadline.exceeded("Reading the output of " + name);
      }
      // Git waits for its helpers, so a helper that keeps the output open is stuck.
      if (!output.awaitEnd(Duration.ofSeconds(1))) {
        LOG.warnf("%s of %s left a process behind; killing it", name, context.name());
      }
    } finally {
      if (process.isAlive()
          || !output.isEnded()
          || reading.filter(it -> !it.isEnded()).isPresent()) {
        process.destroyForcibly();
        if (!Sessions.kill(process.pid(), SWEEP_TIME)) {
          LOG.errorf("Processes of the git session %d may still be running", process.pid());
        }
      }
    }
  }

  /** Whether it was stopped because its reader returned early. */
  boolean isCutShort() throws GitException {
    return reading.isPresent() && reading.get().isCutShort(name);
  }

  int exitCode() {
    return process.exitValue();
  }

  /** Returns the end of its output that no reader read. */
  OutputTail output() {
    return output;
  }
}
