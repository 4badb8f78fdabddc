package dev.agentgate.execution.local;

import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The process that leads a run's session, started by this service or by the one before it. */
interface SupervisedProcess {

  RunId run();

  ProcessIdentity identity();

  /**
   * How long ago it was started, by the kernel's clock, which no change of the wall clock moves.
   */
  Duration age();

  /**
   * Waits for its end.
   *
   * @return empty if it still lives after {@code timeout}
   */
  Optional<ProcessEnd> awaitEnd(Duration timeout) throws InterruptedException;

  /**
   * How it ended.
   *
   * @param exit empty if it vanished without leaving a status
   * @param at when, as well as is known
   */
  record ProcessEnd(Optional<ExitStatus> exit, Instant at) {}
}
