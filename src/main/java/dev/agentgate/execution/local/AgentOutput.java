package dev.agentgate.execution.local;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentVerdict;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.agent.OutputReader;
import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.CannotTellException;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.linux.Shortage;
import dev.agentgate.output.OutputWatch;
import dev.agentgate.output.RunLogFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Reads the output of a run's agent as it grows in the run's log, and says what it means. Only one
 * thread at a time may use it.
 */
final class AgentOutput {
  private static final Logger LOG = Logger.getLogger(AgentOutput.class);
  private static final int BLOCK = 64 * 1024;

  private final RunLogFile log;
  private final SecretMask mask;
  private final OutputReader reader;
  private final OutputWatch watch;
  private final boolean understood;

  private long offset;
  private long progress;
  private long progressNanos;
  private boolean ended;

  /**
   * @param watch how long nothing has been written; it counts until the agent makes progress
   */
  AgentOutput(
      RunLogFile log,
      SecretMask mask,
      OutputFormat format,
      OutputReader reader,
      OutputWatch watch) {
    this.log = log;
    this.mask = mask;
    this.reader = reader;
    this.watch = watch;
    this.understood = format != OutputFormat.TEXT;
    this.progressNanos = System.nanoTime() - watch.silence().toNanos();
  }

  /** Whether the output is in a format that says anything about the work. */
  boolean isUnderstood() {
    return understood;
  }

  /**
   * Reads what has been written since the last call.
   *
   * @param atMost how long this may take; what is left is read by the next call
   * @throws CannotTellException if the service is too short of descriptors to read
   */
  void read(Duration atMost) {
    if (!understood) {
      return;
    }
    long began = System.nanoTime();
    boolean more = !ended;
    try {
      while (more && System.nanoTime() - began < atMost.toNanos()) {
        more = readBlock(true);
      }
    } catch (UncheckedIOException e) {
      // That says nothing about the agent, so its run goes on.
      LOG.debugf(e, "The output of a run cannot be read now");
    }
    noteProgress();
  }

  /**
   * Reads the rest; nothing more is written to the log.
   *
   * @throws CannotTellException if the service is too short of descriptors to read
   * @throws UncheckedIOException if the log cannot be read for another reason
   */
  void readToTheEnd() {
    if (!understood || ended) {
      return;
    }
    while (readBlock(false)) {
      // Reading is all there is to do.
    }
    reader.end();
    ended = true;
  }

  private boolean readBlock(boolean growing) {
    try {
      LogBlock block = log.read(offset, Long.MAX_VALUE, BLOCK, mask, growing);
      reader.accept(block.bytes(), 0, block.bytes().length);
      boolean any = block.next() > offset;
      offset = block.next();
      return any;
    } catch (IOException e) {
      if (Shortage.ofFiles(e)) {
        throw new CannotTellException(e);
      }
      throw new UncheckedIOException("The log of the run cannot be read", e);
    }
  }

  private void noteProgress() {
    if (reader.progress() != progress) {
      progress = reader.progress();
      progressNanos = System.nanoTime();
    }
  }

  /** Returns how long the agent has made no progress. */
  Duration silence() {
    return understood ? Duration.ofNanos(System.nanoTime() - progressNanos) : watch.silence();
  }

  /** Returns what the output has said about the work so far. */
  AgentReport report() {
    AgentReport report = reader.report();
    return new AgentReport(
        report.sessionId(), report.model(), report.result().map(this::masked), report.usage());
  }

  /** Returns how the work ended according to the output so far. */
  AgentVerdict verdict() {
    return switch (reader.verdict()) {
      case AgentVerdict.Failed failed ->
          new AgentVerdict.Failed(failed.failure(), masked(failed.message()), failed.until());
      case AgentVerdict other -> other;
    };
  }

  /** The log is masked, but a secret may have been written there in another form of escaping. */
  private String masked(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    mask.apply(bytes, false, false);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
