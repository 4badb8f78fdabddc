package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/** How a run ended. */
public sealed interface RunOutcome {

  /** When it ended. */
  Instant at();

  /** How its process ended, where there was one and that is known. */
  Optional<ExitStatus> exit();

  /** The name of the run's status in answers and files. */
  String wireName();

  /** The same, but at another time. */
  RunOutcome endedAt(Instant time);

  /** Why it failed; empty if it did not. */
  default Optional<FailureReason> failureReason() {
    return Optional.empty();
  }

  /** The sentence that goes with {@link #failureReason}. */
  default Optional<String> message() {
    return Optional.empty();
  }

  /** The agent succeeded. */
  record Completed(Instant at, Optional<ExitStatus> exit) implements RunOutcome {
    @Override
    public String wireName() {
      return "completed";
    }

    @Override
    public Completed endedAt(Instant time) {
      return new Completed(time, exit);
    }
  }

  /** The attempt failed, and counts. */
  record Failed(Instant at, FailureReason reason, String error, Optional<ExitStatus> exit)
      implements RunOutcome {
    @Override
    public String wireName() {
      return "failed";
    }

    @Override
    public Failed endedAt(Instant time) {
      return new Failed(time, reason, error, exit);
    }

    @Override
    public Optional<FailureReason> failureReason() {
      return Optional.of(reason);
    }

    @Override
    public Optional<String> message() {
      return Optional.of(error);
    }
  }

  /** A user cancelled the order. */
  record Cancelled(Instant at, Optional<ExitStatus> exit) implements RunOutcome {
    @Override
    public String wireName() {
      return "cancelled";
    }

    @Override
    public Cancelled endedAt(Instant time) {
      return new Cancelled(time, exit);
    }
  }

  /**
   * The service took the attempt back, or had no room to start it: it does not count, and the order
   * waits again at its old place. Told as a failure with {@link FailureReason#INTERRUPTED}.
   */
  record Interrupted(Instant at, String error, Optional<ExitStatus> exit) implements RunOutcome {
    @Override
    public String wireName() {
      return "failed";
    }

    @Override
    public Interrupted endedAt(Instant time) {
      return new Interrupted(time, error, exit);
    }

    @Override
    public Optional<FailureReason> failureReason() {
      return Optional.of(FailureReason.INTERRUPTED);
    }

    @Override
    public Optional<String> message() {
      return Optional.of(error);
    }
  }

  /**
   * The agent ended by itself, or by a signal that nobody here sent.
   *
   * @param outOfMemory whether the kernel killed it because memory ran out
   */
  static RunOutcome exited(Instant at, ExitStatus exit, boolean outOfMemory) {
    Optional<ExitStatus> known = Optional.of(exit);
    if (exit.isSuccess()) {
      return new Completed(at, known);
    }
    if (outOfMemory) {
      return new Failed(
          at, FailureReason.OOM_KILLED, "The kernel ended the agent: out of memory", known);
    }
    if (exit.signal().isPresent()) {
      return new Failed(
          at,
          FailureReason.SIGNAL,
          "The agent was ended by signal " + exit.signal().getAsInt(),
          known);
    }
    return new Failed(
        at, FailureReason.EXIT_CODE, "The agent exited with code " + exit.code(), known);
  }

  /** The agent may have begun its work, and is gone without a word. */
  static RunOutcome vanished(Instant at) {
    return new Failed(
        at,
        FailureReason.LOST,
        "The agent's process vanished without an exit status",
        Optional.empty());
  }

  /** The agent was never started, and why is known. */
  static RunOutcome notStarted(Instant at, FailureReason reason, String error) {
    return new Failed(at, reason, error, Optional.empty());
  }

  /** The service took the attempt back. */
  static RunOutcome interrupted(Instant at, Optional<ExitStatus> exit) {
    return new Interrupted(at, "The service stopped before the agent had ended", exit);
  }
}
