package dev.agentgate.workspace;

/**
 * The workspace could not be prepared, and nothing of it is left. The message gives the reason, in
 * git's own words where git failed.
 */
public class WorkspaceFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  public WorkspaceFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  public WorkspaceFailedException(String message) {
    super(message);
  }
}
