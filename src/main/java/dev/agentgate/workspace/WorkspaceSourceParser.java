package dev.agentgate.workspace;

import dev.agentgate.workorder.WorkspaceSource;

/** Turns what a client sent into a checked source. */
public interface WorkspaceSourceParser {

  /**
   * Checks and names the source.
   *
   * @throws InvalidSourceException with the sentence for the client
   */
  WorkspaceSource parse(WorkspaceSourceInput input);
}
