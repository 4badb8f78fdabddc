package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;

/** Tells the readers of a run's log what its workspace lacks. */
@FunctionalInterface
public interface WorkspaceNotes {

  /**
   * Adds a line to the log of a run. A note that cannot be written changes nothing else.
   *
   * @param sentence on one line
   */
  void tell(RunId run, String sentence);
}
