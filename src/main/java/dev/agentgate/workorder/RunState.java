package dev.agentgate.workorder;

import java.time.Instant;
import java.util.Optional;

/** The state of a run. */
public sealed interface RunState {

  /** The name in answers and files. */
  String wireName();

  /** Its workspace is being prepared. */
  record Preparing() implements RunState {
    @Override
    public String wireName() {
      return "preparing";
    }
  }

  /** Its process lives. */
  record Running() implements RunState {
    @Override
    public String wireName() {
      return "running";
    }
  }

  /** It is over and never changes again. */
  sealed interface Ended extends RunState {
    Instant endedAt();

    /** How its process ended, where there was one and that is known. */
    Optional<ExitStatus> exit();
  }

  /** Exit code 0. */
  record Completed(Instant endedAt, Optional<ExitStatus> exit) implements Ended {
    @Override
    public String wireName() {
      return "completed";
    }
  }

  /** Anything else that nobody asked for. */
  record Failed(Instant endedAt, FailureReason reason, String error, Optional<ExitStatus> exit)
      implements Ended {
    @Override
    public String wireName() {
      return "failed";
    }
  }

  /** A user cancelled the order. */
  record Cancelled(Instant endedAt, Optional<ExitStatus> exit) implements Ended {
    @Override
    public String wireName() {
      return "cancelled";
    }
  }
}
