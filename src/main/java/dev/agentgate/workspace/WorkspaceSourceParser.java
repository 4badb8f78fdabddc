package dev.agentgate.workspace;

import dev.agentgate.workorder.WorkspaceSource;

/** Turns a client's input into a checked source. */
public interface WorkspaceSourceParser {

  /**
   * Checks the input and returns the source.
   *
   * @throws InvalidSourceException with the message for the client
   */
  WorkspaceSource parse(WorkspaceSourceInput input);
}
