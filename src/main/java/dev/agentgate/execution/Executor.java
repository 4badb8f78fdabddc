package dev.agentgate.execution;

import dev.agentgate.agent.AgentSession;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Executes runs: prepares the workspace, starts the agent, finds and stops what belongs to a run,
 * and adopts what an earlier process of the service started. It reports how a run ended, but
 * decides neither when a run ends nor what the end means.
 *
 * <p>Safe for use by many threads. A method that cannot determine its answer throws {@link
 * CannotTellException}. This proves nothing, and the caller asks again.
 */
public interface Executor extends AutoCloseable {

  /**
   * Prepares the workspace of a run and starts its agent there. A {@link #stop} of the run cuts
   * this short, as does an interrupt while the workspace is being prepared.
   *
   * @throws NotStartedException if the agent was not started; nothing of it is alive then, but a
   *     command that prepared the workspace may be alive until the run is stopped
   */
  Execution start(Assignment assignment) throws NotStartedException;

  /** Prepares for a run that may start in a moment, if that helps. Returns at once. */
  default void expectRun() {}

  /**
   * Adopts a run that an earlier process of the service started, whether it is still active or has
   * ended meanwhile.
   *
   * @param order the order that the run belongs to
   * @param run the record of the run
   * @param session the agent's session that it continues
   * @return empty if it vanished: its agent may have begun to work, and how it ended is unknown
   * @throws NotStartedException if its agent was never started
   */
  Optional<Execution> adopt(WorkOrder order, Run run, Optional<AgentSession> session)
      throws NotStartedException;

  /**
   * Stops everything of a run that is alive, including a start in progress, which begins nothing
   * more once this returns. Finished and unknown runs may be stopped too. Concurrent calls for one
   * run work together, and the shortest grace applies to all. An interrupt does not cut it short.
   *
   * @param grace between asking the processes to end and killing them; zero: they are killed at
   *     once
   * @return when nothing of the run is alive, or when it is clear what cannot be killed
   */
  StopReport stop(RunId run, Duration grace);

  /**
   * Returns every run with something alive, including runs of an earlier process of the service.
   */
  Set<RunId> findRuns();

  /**
   * Releases what a run held besides its workspace and its log, and completes the log. Call it when
   * nothing of the run is alive. Idempotent.
   */
  void release(RunId run);

  /**
   * Compares the workspace of a released run with the commit that was checked out, and keeps the
   * change together with the run's log. Nothing that the agent left in the workspace is executed.
   * Idempotent.
   *
   * @param limit the longest time that this may take
   * @return empty if the run has no repository, or was not checked out
   */
  Optional<CollectedWork> collect(RunId run, Duration limit) throws InterruptedException;

  /** Returns the run whose workspace a run works in: itself, unless it continues another run. */
  RunId workspaceOf(RunId run);

  /**
   * Whether the workspace of an earlier run of an order is complete, so that a run can continue.
   */
  boolean canContinue(WorkOrder order, RunId earlier);

  /**
   * Discards the workspace of a released run, but never a client's own directory. Idempotent.
   *
   * @return false if part of it could not be removed
   */
  boolean discard(RunId run);

  /**
   * Discards the home that the runs of an order share, if they have one of their own. Call it when
   * all runs are released. Idempotent.
   *
   * @return false if part of it could not be removed
   */
  boolean discardHome(WorkOrderId order);

  /** Returns every order whose runs have a home of their own. */
  Set<WorkOrderId> ordersWithHome();

  /** Releases what all runs share. Stops nothing: active runs continue. */
  @Override
  void close();
}
