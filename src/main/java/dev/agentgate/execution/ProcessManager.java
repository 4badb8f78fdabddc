package dev.agentgate.execution;

import dev.agentgate.workorder.RunId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Starts, adopts, finds and stops the processes of runs. */
public interface ProcessManager extends AutoCloseable {

  /**
   * Starts a run's command in a session of its own, and in a cgroup of its own where one can be
   * had. Its output goes straight into the run's log.
   *
   * @throws SpawnFailedException if the command cannot be started; nothing of it lives then
   */
  SupervisedProcess start(LaunchRequest request) throws SpawnFailedException;

  /**
   * Finds the process of a run that an earlier service started, alive or ended with an exit status
   * on disk.
   *
   * @return empty if there is neither: it vanished, or was never started
   */
  Optional<SupervisedProcess> adopt(RunId run);

  /**
   * Goes down the ladder until no process of the run is left: SIGTERM and SIGCONT, the grace, then
   * SIGKILL. Two calls for the same run work together: the shorter grace holds for both. Also stops
   * what a run that has ended left behind, and a {@code git} that still checks out its workspace.
   *
   * @param grace between SIGTERM and SIGKILL; zero: SIGKILL at once
   */
  StopReport stop(RunId run, Duration grace);

  /**
   * Lets the process that leads the run go on if something stopped it: stopped, it would never tell
   * that its agent has ended. The agent itself stays as it is.
   *
   * @return whether it was stopped
   */
  boolean resumeLeader(RunId run);

  /** How many processes of the run live now. */
  int count(RunId run);

  /** Every run that has a live process on this machine, whoever started it. */
  List<RunId> findRuns();

  /** Removes what the run holds in the kernel (its cgroup) once nothing of it lives. Idempotent. */
  void release(RunId run);

  /** Gives back what all runs share in the kernel, unless it is in use. Stops nothing. */
  @Override
  void close();
}
