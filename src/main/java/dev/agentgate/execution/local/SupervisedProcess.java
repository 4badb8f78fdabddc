package dev.agentgate.execution.local;

import dev.agentgate.linux.ProcessIdentity;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The process that leads a run's session, started by this process of the service or an earlier one.
 */
interface SupervisedProcess {

  RunId run();

  ProcessIdentity identity();

  /**
   * Returns the time since the process started, by the kernel's clock. Setting the wall clock does
   * not change it.
   */
  Duration age();

  /**
   * Waits for the end of the process.
   *
   * @return empty if the process is still alive after {@code timeout}
   */
  Optional<ProcessEnd> awaitEnd(Duration timeout) throws InterruptedException;

  /**
   * How the process ended.
   *
   * @param exit empty if it vanished without leaving a status
   * @param at when it ended, as exactly as is known
   */
  record ProcessEnd(Optional<ExitStatus> exit, Instant at) {}
}
