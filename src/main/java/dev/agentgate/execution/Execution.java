package dev.agentgate.execution;

import dev.agentgate.agent.AgentReport;
import dev.agentgate.agent.AgentVerdict;
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

  /**
   * Returns how long the agent has made no progress: for an agent whose output is understood, how
   * long it has done nothing but wait and retry; for others, how long it has written nothing.
   */
  Duration silence();

  /** Returns the commit that was checked out; empty if the run has no repository. */
  Optional<String> baseCommit();

  /**
   * Returns what the agent has said about its work so far. {@link #awaitEnd} keeps it up to date.
   */
  AgentReport report();

  /**
   * Reads the rest of the agent's output, and returns how the work ended according to the agent.
   * Call it when nothing of the run is alive; {@link #report} is complete afterwards.
   *
   * @throws CannotTellException if it cannot be determined now
   */
  AgentVerdict verdict();

  /**
   * Waits for the end of the agent. Processes that the agent left behind may still be alive: {@link
   * Executor#stop} ends them.
   *
   * @return how it ended, by itself or by a signal; empty if it is still alive after {@code atMost}
   * @throws CannotTellException if it cannot be determined now
   */
  Optional<RunOutcome> awaitEnd(Duration atMost) throws InterruptedException;
}
