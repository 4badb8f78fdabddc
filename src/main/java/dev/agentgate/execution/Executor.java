package dev.agentgate.execution;

import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Executes runs: prepares the workspace, starts the agent, stops and finds what belongs to a run,
 * and takes over what an earlier process of the service started. It knows how a run ends; it
 * decides neither when nor what that means.
 *
 * <p>Safe for threads. A method that cannot see what it would have to tell throws {@link
 * CannotTellException}: that proves nothing, and the caller asks again.
 */
public interface Executor extends AutoCloseable {

  /**
   * Prepares the workspace of a run and starts its agent there. A {@link #stop} of the run cuts
   * this short, and so does an interrupt while the workspace is prepared.
   *
   * @throws NotStartedException if the agent was not started; nothing of it lives then, though a
   *     command that prepared the workspace may until the run is stopped
   */
  Execution start(Assignment assignment) throws NotStartedException;

  /**
   * Takes over a run that an earlier process of the service started, whether it is still going on
   * or has ended meanwhile.
   *
   * @param run its record
   * @return empty if it vanished: its agent may have begun its work, and nothing tells how it ended
   * @throws NotStartedException if its agent was never started
   */
  Optional<Execution> adopt(Run run) throws NotStartedException;

  /**
   * Stops whatever lives of a run, ended runs and unknown ones included, and a start that is under
   * way: after this returns, that start begins nothing. Several calls for one run work together,
   * and the shortest grace holds for all. No interrupt cuts it short.
   *
   * @param grace between asking the processes to end and killing them; zero: they are killed at
   *     once
   * @return once nothing of the run lives, or once it is clear what cannot be killed
   */
  StopReport stop(RunId run, Duration grace);

  /** Every run of which something lives, whoever started it. */
  Set<RunId> findRuns();

  /**
   * Gives back what a run held besides its workspace and its log, and completes the log. Call it
   * once nothing of the run lives. Idempotent.
   */
  void release(RunId run);

  /**
   * Removes the workspace of a run that was released; never a client's own directory. Idempotent.
   *
   * @return false if a part of it could not be removed
   */
  boolean discard(RunId run);

  /** Gives back what all runs share. Stops nothing: what runs goes on. */
  @Override
  void close();
}
