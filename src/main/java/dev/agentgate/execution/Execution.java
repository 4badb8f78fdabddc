package dev.agentgate.execution;

import dev.agentgate.workorder.RunOutcome;
import java.time.Duration;
import java.util.Optional;

/** A run that was started or adopted. For one thread at a time. */
public interface Execution {

  /** Which one it is. */
  ExecutionHandle handle();

  /**
   * How long the run has been going on since its start was asked for, the preparation of its
   * workspace included. No change of the wall clock moves it, and no restart of the service.
   *
   * @throws CannotTellException if that cannot be seen now
   */
  Duration age();

  /** How long the agent has written nothing. */
  Duration silence();

  /**
   * Waits for the end of the agent. What the agent left behind may live on: {@link Executor#stop}
   * ends it.
   *
   * @return how it ended, by itself or by a signal; empty if it still lives after {@code atMost}
   * @throws CannotTellException if that cannot be seen now
   */
  Optional<RunOutcome> awaitEnd(Duration atMost) throws InterruptedException;
}
