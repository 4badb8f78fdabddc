package dev.agentgate.execution.local;

import dev.agentgate.workspace.WorkspaceFailedException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A start that is in progress and that a stop can cut short. Either the stop comes first and no
 * agent is started, or the agent is started and the stop finds it.
 */
final class LocalStart {

  /** Guards the fields below, and is held while the agent is launched. */
  private final ReentrantLock lock = new ReentrantLock();

  private boolean stopped;
  private @Nullable Thread preparer;

  /** Prepares a workspace. */
  @FunctionalInterface
  interface Preparation {
    RunWorkspaces.Prepared prepare() throws WorkspaceFailedException, InterruptedException;
  }

  /** Launches an agent. */
  @FunctionalInterface
  interface Launch {
    SupervisedProcess launch() throws SpawnFailedException;
  }

  /**
   * Prepares the workspace.
   *
   * @throws InterruptedException if the run was stopped before the workspace was ready
   */
  RunWorkspaces.Prepared prepare(Preparation preparation)
      throws WorkspaceFailedException, InterruptedException {
    lock.lock();
    try {
      throwIfStopped();
      preparer = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      return preparation.prepare();
    } finally {
      lock.lock();
      try {
        preparer = null;
        // A late interrupt must not hit the next blocking call.
        boolean _ = Thread.interrupted();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Launches the agent.
   *
   * @throws InterruptedException if the run was stopped before the launch
   */
  SupervisedProcess launch(Launch launch) throws SpawnFailedException, InterruptedException {
    lock.lock();
    try {
      throwIfStopped();
      return launch.launch();
    } finally {
      lock.unlock();
    }
  }

  /** Prevents anything more from starting. Returns when no launch is in progress. */
  void cutShort() {
    lock.lock();
    try {
      stopped = true;
      if (preparer != null) {
        preparer.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  private void throwIfStopped() throws InterruptedException {
    if (stopped) {
      throw new InterruptedException("The run was stopped");
    }
  }
}
