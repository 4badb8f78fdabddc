package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/** How a run ended. */
public sealed interface RunOutcome {

  /** Returns when the run ended. */
  Instant at();

  /** Returns how the process ended; empty if there was no process or its end is not known. */
  Optional<ExitStatus> exit();

  /** Returns the name of the run's status in API responses and files. */
  String wireName();

  /** Returns the same outcome with another time. */
  RunOutcome endedAt(Instant time);

  /** Returns why the run failed; empty if it did not fail. */
  default Optional<FailureReason> failureReason() {
    return Optional.empty();
  }

  /** Returns the explanation for people that goes with {@link #failureReason}. */
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

  /** The attempt failed and counts. */
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
   * The service took the attempt back, or lacked the resources to start it. The attempt does not
   * count, and the order goes back to its place in the queue. Reported as a failure with {@link
   * FailureReason#INTERRUPTED}.
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
   * The agent's account has reached a limit of its plan. The attempt does not count, and the order
   * goes back to its place in the queue. Reported as a failure with {@link
   * FailureReason#USAGE_LIMIT}.
   *
   * @param error the agent's own sentence
   * @param until when the limit ends; empty if the agent does not say
   */
  record Limited(Instant at, String error, Optional<Instant> until, Optional<ExitStatus> exit)
      implements RunOutcome {
    @Override
    public String wireName() {
      return "failed";
    }

    @Override
    public Limited endedAt(Instant time) {
      return new Limited(time, error, until, exit);
    }

    @Override
    public Optional<FailureReason> failureReason() {
      return Optional.of(FailureReason.USAGE_LIMIT);
    }

    @Override
    public Optional<String> message() {
      return Optional.of(error);
    }
  }

  /**
   * Returns the outcome of an agent that exited by itself, or was ended by a signal that AgentGate
   * did not send.
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

  /**
   * Returns the outcome of an agent that may have begun its work and disappeared without a trace.
   */
  static RunOutcome vanished(Instant at) {
    return new Failed(
        at,
        FailureReason.LOST,
        "The agent's process vanished without an exit status",
        Optional.empty());
  }

  /** Returns the outcome of a run whose agent was never started, for a known reason. */
  static RunOutcome notStarted(Instant at, FailureReason reason, String error) {
    return new Failed(at, reason, error, Optional.empty());
  }

  /** Returns the outcome of an attempt that the service took back. */
  static RunOutcome interrupted(Instant at, Optional<ExitStatus> exit) {
    return new Interrupted(at, "The service stopped before the agent had ended", exit);
  }
}
