package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;

/** Reports in a run's log what its workspace lacks. */
@FunctionalInterface
public interface WorkspaceNotes {

  /**
   * Adds a line to the log of a run. If the line cannot be written, nothing else changes.
   *
   * @param sentence a sentence on one line
   */
  void tell(RunId run, String sentence);
}
