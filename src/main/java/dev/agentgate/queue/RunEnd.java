package dev.agentgate.queue;

import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import java.time.Instant;
import java.util.Optional;

/** How a run came to its end, whoever asked for it. */
sealed interface RunEnd {

  Instant at();

  /** The agent's process ended. */
  record Exited(ExitStatus exit, Instant at, boolean outOfMemory) implements RunEnd {}

  /** The agent's process is gone and left no exit status. */
  record Vanished(Instant at) implements RunEnd {}

  /** The agent was never started, and why is known. */
  record NotStarted(FailureReason reason, String error, Instant at) implements RunEnd {}

  /** The agent was never started because the machine had no room for it now. */
  record NoRoom(String error, Instant at) implements RunEnd {}

  /** The agent was never started because the run was made to end, or the service died, before. */
  record Abandoned(Instant at) implements RunEnd {}

  /** The exit status, where there is one. */
  default Optional<ExitStatus> exitStatus() {
    return this instanceof Exited exited ? Optional.of(exited.exit()) : Optional.empty();
  }
}
