package dev.agentgate.execution;

import dev.agentgate.workorder.RunOutcome;
import java.time.Duration;
import java.util.Optional;

/** A run that was started or adopted. Only one thread at a time may use it. */
public interface Execution {

  /** Returns the identity of the execution. */
  ExecutionHandle handle();

  /**
   * Returns the time since the start of the run was requested, including the preparation of its
   * workspace. Neither a change of the wall clock nor a restart of the service affects it.
   *
   * @throws CannotTellException if it cannot be determined now
   */
  Duration age();

  /** Returns how long the agent has written nothing. */
  Duration silence();

  /**
   * Waits for the end of the agent. Processes that the agent left behind may still be alive: {@link
   * Executor#stop} ends them.
   *
   * @return how it ended, by itself or by a signal; empty if it is still alive after {@code atMost}
   * @throws CannotTellException if it cannot be determined now
   */
  Optional<RunOutcome> awaitEnd(Duration atMost) throws InterruptedException;
}
